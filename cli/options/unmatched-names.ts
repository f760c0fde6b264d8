import { closestName } from '../../shared/config/closest-name.ts';
import type { AuditReport } from '../../shared/domain/model/report.ts';
import type { FlowFilter } from '../../shared/survey/flow-filter.ts';
import { UsageError, unknownName } from '../output/usage-error.ts';
import { matcher } from './name-patterns.ts';

type Kind = 'group' | 'topic';

/** What `--group` and `--topic` name; absent is all. */
export type WantedNames = Readonly<Partial<Record<Kind, readonly string[]>>>;

/** The names that a filter was asked about. Of a mistyped name nothing is left in a report: these tell what was meant. */
export class OfferedNames {
  readonly #names: Readonly<Record<Kind, Set<string>>> = { group: new Set(), topic: new Set() };

  /** The same filter, noting what it is asked about. */
  noting(filter: FlowFilter): FlowFilter {
    const { group, topic } = filter;
    return {
      ...filter,
      ...(group === undefined ? {} : { group: this.noted('group', group) }),
      ...(topic === undefined ? {} : { topic: this.noted('topic', topic) }),
    };
  }

  /** The same test of names, noting what it is asked about. */
  noted(kind: Kind, test: (name: string) => boolean): (name: string) => boolean {
    return (name) => {
      this.#names[kind].add(name);
      return test(name);
    };
  }

  /**
   * Refuses what matches none of the names that were asked about: `where` has no such name. If there was nothing to ask about, the
   * answer says why.
   * @throws UsageError
   */
  refuseUnknown(kind: Kind, patterns: readonly string[], where: string): void {
    const names = [...this.#names[kind]];
    if (names.length === 0) return;
    for (const pattern of patterns) {
      const matches = matcher([pattern]);
      if (!names.some((name) => matches?.(name))) throw unknownName(kind, pattern, names.sort(), where);
    }
  }

  /**
   * A name that is not there must not pass for one without faults.
   * @param found what the answer is about
   * @throws UsageError
   */
  refuseUnmatched(kind: Kind, wanted: WantedNames, found: Iterable<string>): void {
    const names = new Set(found);
    for (const pattern of wanted[kind] ?? []) {
      const matches = matcher([pattern]);
      if ([...names].some((name) => matches?.(name))) continue;
      const near = closestName(pattern, new Set([...this.#names[kind], ...names]));
      const remedy =
        near === null || near === pattern ? `leave --${kind} out to see every ${kind}` : `did you mean ${near}?`;
      throw new UsageError(`no audited ${kind} matches "${pattern}"`, remedy);
    }
  }
}

/** Refuses what `--group` and `--topic` name and the report does not have. @throws UsageError */
export function refuseUnmatched({ flows }: AuditReport, wanted: WantedNames, offered: OfferedNames): void {
  // Where a side could not be read, the report says so: the name may be right. A history has no names but its own.
  if (flows.some(({ unread, snapshot }) => unread.length > 0 && snapshot === null)) return;
  offered.refuseUnmatched(
    'group',
    wanted,
    flows.flatMap(({ groups }) => groups.map(({ group }) => group)),
  );
  offered.refuseUnmatched(
    'topic',
    wanted,
    flows.flatMap(({ partitions }) => partitions.map(({ topic }) => topic)),
  );
}
