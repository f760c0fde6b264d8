import { figureFacts, kindOfRun } from '../../../shared/domain/failover/approval-facts.ts';
import { type RunRecord, type StepState, tookMs } from '../../../shared/domain/failover/run-record.ts';
import { canonicalJson } from '../../../shared/domain/model/canonical-json.ts';
import { duration, plural } from '../../../shared/domain/model/figures.ts';
import { iso } from '../../../shared/domain/model/iso-time.ts';
import type { StoredRun } from '../../../shared/failover/run-entry-schema.ts';
import type { TableOptions } from '../../output/table-options.ts';
import { printable, wrapped } from '../../output/text.ts';
import type { FailoverSaid } from './json.ts';

const PHASES: Readonly<Record<RunRecord['phase'], string>> = {
  'awaiting-approval': 'waits for an approval',
  running: 'has begun and has not ended',
  undoing: 'is being undone',
  completed: 'is completed',
  undone: 'is undone',
};
const STEP_WIDTH = 22;
/** Of a step's evidence, as a person skims it: all of it is in the JSON. */
const EVIDENCE_SHOWN = 160;

/** A run: what it does to what, how far it is, and what speaks against it. */
export function* renderFailover(
  { record, entries }: StoredRun,
  { gates, faults }: FailoverSaid,
  options: TableOptions,
): Generator<string> {
  const { paint, width } = options;
  const { subject, steps, approval, phase } = record;
  yield `${paint('bold', `${kindOfRun(subject)} of ${printable(subject.flow)}`)}: run ${record.run} ${PHASES[phase]}\n`;
  yield* figureLines(record, options);
  if (subject.takesBack !== undefined) yield `  takes back run ${subject.takesBack.run}\n`;
  const many = [plural(subject.topics.length, 'topic'), plural(subject.groups.length, 'consumer group')];
  yield `  covers ${many.join(' and ')}\n`;
  for (const { step, skipped, actions } of subject.steps) {
    const state = steps.get(step) ?? { kind: 'pending' };
    const word = skipped !== null && state.kind === 'pending' ? 'will be left out' : state.kind;
    yield `  ${step.padEnd(STEP_WIDTH)}${paint(styleOf(state), word)}\n`;
    const lines = state.kind === 'pending' ? [...(skipped === null ? [] : [skipped]), ...actions] : [textOf(state)];
    for (const line of lines) for (const one of wrapped(printable(line), width, '    ')) yield `${one}\n`;
  }
  for (const { code, reason, remedy } of [...gates, ...faults]) {
    const isAccepted = subject.accepted.some((one) => one === code);
    yield `  ${paint(isAccepted ? 'yellow' : 'red', isAccepted ? `${code} (accepted)` : code)}\n`;
    for (const line of wrapped(printable(reason), width, '    ')) yield `${line}\n`;
    if (remedy === null || isAccepted) continue;
    for (const line of wrapped(printable(remedy), width - 2, '      ')) yield `${line.replace('      ', '    → ')}\n`;
  }
  if (approval !== null) yield `  approved by ${printable(approval.by)} at ${iso(approval.at)}\n`;
  const took = tookMs(record);
  if (took !== null) {
    const objective = subject.rtoSeconds === null ? '' : `; the objective is ${duration(subject.rtoSeconds)}`;
    yield `  it took ${duration(took / 1000)} from the approval to the end${objective}\n`;
  }
  yield `  evidence: ${plural(entries.length, 'entry', 'entries')}, the last one is ${entries.at(-1)?.hash ?? 'none'}\n`;
}

function* figureLines({ figures, assessedAt }: RunRecord, { width }: TableOptions): Generator<string> {
  const text = printable(figureFacts(figures).join('; '));
  for (const line of wrapped(`at ${iso(assessedAt)}: ${text}`, width, '  ')) yield `${line}\n`;
}

function textOf(state: StepState): string {
  switch (state.kind) {
    case 'pending':
      return '';
    case 'doing':
      return `since ${iso(state.at)}`;
    case 'failed':
      return `${state.code}: ${state.reason}`;
    case 'skipped':
      return state.reason;
    case 'undoing':
      return state.reason ?? `since ${iso(state.at)}`;
    case 'done':
    case 'undone': {
      const text = canonicalJson(state.evidence);
      return `at ${iso(state.at)}: ${text.length > EVIDENCE_SHOWN ? `${text.slice(0, EVIDENCE_SHOWN)}…` : text}`;
    }
  }
}

function styleOf({ kind }: StepState): 'green' | 'red' | 'yellow' | 'dim' {
  if (kind === 'done') return 'green';
  if (kind === 'failed') return 'red';
  return kind === 'doing' || kind === 'undoing' ? 'yellow' : 'dim';
}
