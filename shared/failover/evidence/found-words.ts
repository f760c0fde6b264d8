import * as z from 'zod';
import type { StepName } from '../../domain/failover/step-name.ts';
import type { Json } from '../../domain/model/canonical-json.ts';
import { counted, duration, plural } from '../../domain/model/figures.ts';
import { firstRead } from '../consumers-seen.ts';
import { logEnds } from '../ends-by-topic.ts';

const fence = z.object({ canary: z.string().nullable(), stillMs: z.number(), up: z.boolean().nullable() });
const drain = z.object({ missing: z.string() });
/** Without `readAt` in runs of versions whose `stop-mirror` watched the logs itself. */
const mirror = z.object({ known: z.boolean().nullable(), readAt: z.string().optional() });
const points = z.object({ targetEnds: logEnds, stillMs: z.number().optional() });
const groups = z.object({ positions: z.int() });
const placed = z.object({ places: z.array(z.unknown()) });
const waiting = z.object({ waiting: z.string().nullable() });
const resolvers = z.array(z.object({ kind: z.string() })).optional();
const named = z.object({ known: z.boolean().nullable(), resolvers });
const verify = z.object({
  resolvers,
  positions: z.int(),
  groups: z.int(),
  active: z.int(),
  /** Absent in runs of versions that did not look for them. */
  returned: z.object({ groups: z.int(), of: z.int() }).nullable().optional(),
  firstRead: firstRead.nullable().optional(),
  source: z.object({ kind: z.string() }),
});

/** What a step found when it was done, in a sentence; null if its evidence has a form that this version does not know. */
export function foundWords(step: StepName, evidence: Json): string | null {
  const say = <T>(shape: z.ZodType<T>, words: (value: T) => string): string | null => {
    const parsed = shape.safeParse(evidence);
    return parsed.success ? words(parsed.data) : null;
  };
  switch (step) {
    case 'fence':
      return say(fence, ({ canary, stillMs, up }) => {
        const tried = canary === null ? '' : `A write as an ordinary application was refused (${canary}). `;
        const read = up === true ? ' The fence was read back.' : '';
        return `${tried}No log of the source grew for ${duration(stillMs / 1_000)}.${read}`;
      });
    case 'drain':
      return say(drain, ({ missing }) => {
        const rest = missing === '0' ? '' : `, but for ${counted(missing, 'record')} that MirrorMaker will never copy`;
        return `An audit proved that everything on the source is on the target${rest}.`;
      });
    case 'stop-mirror':
      return say(mirror, ({ known, readAt }) => {
        if (readAt !== undefined)
          return known === true
            ? 'MirrorMaker was read back as stopped.'
            : 'Whether MirrorMaker had stopped was not known yet.';
        return known === true
          ? 'MirrorMaker was read back as stopped, and no log of the target grew.'
          : 'No log of the target grew. Whether MirrorMaker had stopped was not known yet.';
      });
    case 'record-points':
      return say(points, ({ targetEnds, stillMs }) => {
        const count = Object.values(targetEnds).reduce((sum, ends) => sum + ends.length, 0);
        const still =
          stillMs === undefined ? '' : ` No log of the target grew for ${duration(stillMs / 1_000)} before.`;
        return `${plural(count, 'failover point')}: see "Where both clusters ended".${still}`;
      });
    case 'restore-groups':
      return say(groups, ({ positions }) => `${plural(positions, 'position')}: see "Where consumer groups continue".`);
    case 'verify':
      return say(verify, (found) => {
        const silent = found.source.kind === 'silent' ? 'The source was silent.' : 'The source was not read.';
        return `${plural(found.positions, 'position')} as planned or further. ${consumerWords(found)} ${silent}${resolverWords(found.resolvers)}`;
      });
    case 'place-offsets':
    case 'place-forward-offsets':
      return say(
        placed,
        ({ places }) => `Read back as they were set: ${plural(places.length, 'offset')} of the mirror.`,
      );
    case 'catch-up':
      return say(waiting, ({ waiting: records }) =>
        records == null ? 'An unknown number of records waited.' : `${counted(records, 'record')} waited.`,
      );
    case 'start-mirror':
    case 'start-forward':
    case 'lift-target-fence':
    case 'lift-source-fence':
    case 'stop-consumers':
    case 'cut-connections':
      return say(mirror, ({ known }) => leverWords(known));
    case 'switch-name':
      return say(named, ({ known, resolvers: asked }) => `${leverWords(known)}${resolverWords(asked)}`);
  }
}

function leverWords(known: boolean | null): string {
  return known === true ? 'It was read back as in effect.' : 'Whether it took effect could not be read back.';
}

function consumerWords({ groups: all, active, returned, firstRead: seen }: z.infer<typeof verify>): string {
  const stopped =
    returned == null
      ? ''
      : ` Of the ${plural(returned.of, 'group')} whose consumers were stopped on the source, ${returned.groups} had some on the target.`;
  const read =
    seen == null ? '' : ` Group ${seen.group} was the first that was seen to have read there, at ${seen.seenAt}.`;
  return `${active} of ${plural(all, 'group')} had consumers.${stopped}${read}`;
}

/** Nothing if no resolver is configured. */
function resolverWords(asked: z.infer<typeof resolvers>): string {
  if (asked === undefined) return '';
  const count = (kind: string) => asked.filter((one) => one.kind === kind).length;
  const rest = [
    ...(count('elsewhere') === 0 ? [] : [`${count('elsewhere')} still gave another answer`]),
    ...(count('unread') === 0 ? [] : [`${count('unread')} did not answer`]),
  ];
  const others = rest.length === 0 ? '' : `; ${rest.join(', ')}`;
  return ` ${count('target')} of ${plural(asked.length, 'resolver')} led to the target${others}.`;
}
