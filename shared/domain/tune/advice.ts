/** What can be changed in MM2 to make a mirror faster, or to make it repeat less. */
export const LEVERS = [
  'batch-size',
  'linger',
  'tasks-max',
  'separate-worker',
  'flush-interval',
  'offset-lag-max',
] as const;
export type Lever = (typeof LEVERS)[number];

/** What a change gains, by the measurement: an upper bound where something else may become the limit. */
export type Gain =
  | { readonly kind: 'throughput'; readonly atMost: number }
  /** Records that an MM2 that is killed writes twice. */
  | { readonly kind: 'repeats'; readonly from: number; readonly to: number }
  /** Offset syncs for each mirrored record. */
  | { readonly kind: 'syncs'; readonly from: number; readonly to: number }
  | { readonly kind: 'unknown'; readonly reason: string };

/** Where MM2 reads a setting. */
export type SettingPlace = 'source-connector' | 'worker';

export type Advice = { readonly lever: Lever; readonly reason: string } & (
  | {
      readonly kind: 'change';
      readonly setting: string;
      readonly place: SettingPlace;
      /** Null if it is not known, or Kafka's default that a worker may override. */
      readonly from: string | null;
      readonly to: string;
      readonly gain: Gain;
    }
  /** Something is to be done that no setting does. */
  | { readonly kind: 'act'; readonly what: string; readonly gain: Gain }
  | { readonly kind: 'keep' }
  /** What was measured does not say. */
  | { readonly kind: 'unknown' }
);

/** What an operator sets for audits, and advice keeps to. */
export interface TuningLimits {
  /** More re-reads than this are worth a warning. */
  readonly maxGroupReread: bigint;
}
