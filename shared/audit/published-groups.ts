import type { FlowReport } from '../domain/model/report.ts';
import { chooseGroups } from './group-places.ts';
import type { GroupPlaces, GroupPlacesStore } from './group-places-store.ts';
import { rankGroups } from './rank-groups.ts';

export interface PublishedGroupsOptions {
  readonly store: GroupPlacesStore;
  /** The most groups of a flow with metrics of their own in one hour. */
  readonly limit: number;
  /** Called with the reason if a choice could not be read or stored. */
  readonly failed: (failure: string) => void;
}

/**
 * The groups with metrics of their own, by flow. A choice is stored before it is used: otherwise a new process would
 * choose others within the same hour, and the account pays for both. What is not stored is therefore not published; the
 * metrics of the flow include all groups in any case.
 */
export class PublishedGroups {
  readonly #options: PublishedGroupsOptions;
  /** The stored choice of each flow that this process has read. */
  readonly #stored = new Map<string, GroupPlaces | null>();

  constructor(options: PublishedGroupsOptions) {
    this.#options = options;
  }

  /** The names for the audit that began at `at` (ms since the epoch). Never throws. */
  async choose({ flow, groups }: Pick<FlowReport, 'flow' | 'groups'>, at: number): Promise<ReadonlySet<string>> {
    const { store, limit, failed } = this.#options;
    if (limit === 0) return new Set();
    try {
      const before = await this.#read(flow);
      const places = chooseGroups(before, rankGroups(groups), at, limit);
      if (places !== before) await store.write(flow, places);
      this.#stored.set(flow, places);
      return new Set(places.since.keys());
    } catch (error) {
      // The store may have the new choice in spite of the error: read it again.
      this.#stored.delete(flow);
      failed(error instanceof Error ? error.message : String(error));
      return new Set();
    }
  }

  async #read(flow: string): Promise<GroupPlaces | null> {
    const known = this.#stored.get(flow);
    if (known !== undefined) return known;
    return await this.#options.store.read(flow);
  }
}
