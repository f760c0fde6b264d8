/** Node id of each group's coordinator, as far as known. */
export type CoordinatorCache = Map<string, number>;
