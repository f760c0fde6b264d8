/** Node id of each group's coordinator, as far as it was found out. */
export type CoordinatorCache = Map<string, number>;
