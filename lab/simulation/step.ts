/** What happens to one mirrored partition. */
export type Step =
  | { readonly do: 'produce'; readonly records: number }
  /** Source offsets without a data record: transaction markers, compacted records. */
  | { readonly do: 'gap'; readonly offsets: number }
  /** MM2 mirrors records. Only `syncs` forced syncs are written before later ones overwrite each other. */
  | { readonly do: 'mirror'; readonly records: number; readonly syncs: number }
  /** Connect's flush: it commits the position and promotes the newest pair. */
  | { readonly do: 'flush' }
  /** SIGKILL and restart: MM2 writes everything since the last flush again. */
  | { readonly do: 'kill' }
  | { readonly do: 'restart' }
  | { readonly do: 'marker' }
  | { readonly do: 'foreign'; readonly records: number }
  | { readonly do: 'recreate-target' }
  | { readonly do: 'recreate-source'; readonly records: number }
  | { readonly do: 'delete-records'; readonly offsets: number }
  | { readonly do: 'compact-syncs' }
  /** Retention on the target. */
  | { readonly do: 'expire-target'; readonly offsets: number }
  /** Compaction of the source: it keeps one of `keep` records. */
  | { readonly do: 'compact-source'; readonly keep: number }
  /** An unclean leader election: the log loses its end and keeps its id. It may grow again before MM2 reads on. */
  | { readonly do: 'cut-source'; readonly offsets: number; readonly regrown?: number }
  | { readonly do: 'cut-target'; readonly offsets: number }
  /** MM2 restarts with a later offset than it had reached, for example after an operator changed Connect's offsets. */
  | { readonly do: 'jump'; readonly offsets: number }
  /** MM2 restarts with an older offset, and writes everything since again. */
  | { readonly do: 'start-over'; readonly offsets: number }
  /** A producer writes records in a transaction and leaves it open. */
  | { readonly do: 'open-transaction'; readonly records: number }
  | { readonly do: 'end-transaction'; readonly commit: boolean };
