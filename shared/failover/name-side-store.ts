/** To which cluster somebody has led a name. */
export interface NameSide {
  readonly cluster: string;
  /** ms since the epoch. */
  readonly since: number;
  /** Whether the metric that moves the name was published after that at least once. */
  readonly isPublished: boolean;
}

/** Where the names of clients are to lead. All methods throw `HistoryStoreError` if the store does not answer or refuses. */
export interface NameSideStore {
  /** Null if nobody has ever switched the name. */
  wanted(name: string): Promise<NameSide | null>;
  want(name: string, side: NameSide): Promise<void>;
}
