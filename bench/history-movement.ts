import type { HistoryState } from '../shared/domain/history/history-state.ts';
import { appendMerged } from '../shared/domain/history/mapping-run.ts';
import type { Series } from '../shared/domain/history/series-dictionary.ts';
import { generator } from './generator.ts';

const PARTITIONS_PER_TOPIC = 20;
const GROUPS_PER_TOPIC = 10;
const TOPICS_PER_GROUP = 100;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** One topic in fifty is written in transactions: their markers are offsets that never reach the target. */
const TRANSACTIONAL_EVERY = 50;
const RECORDS_PER_TRANSACTION = 100;
/** Most transactions simulated between two audits: the mapping's budget stores no more. */
const MOST_TRANSACTIONS = 600;

/**
 * Simulates a busy flow, the same on every run.
 * - Each partition has a rate drawn log-normally around 600 records a minute (σ = 1). It varies by ±50 % over the day
 *   (each topic peaks at its own hour), has 10 % noise from minute to minute and the scatter of a Poisson process.
 * - Each topic bursts to five times its rate, once a day for ten minutes.
 * - Of the groups, 85 % commit every 5 s, 10 % every minute, and 5 % lag by a backlog that varies up to half an hour.
 * - MM2 is half a second behind and writes a sync per 100 records or per transaction.
 */
export class HistoryMovement {
  readonly partitions: number;
  readonly #random: () => number;
  readonly #ends: Float64Array;
  readonly #shift: Float64Array;
  readonly #rates: Float64Array;
  /** Topic and kind of consumer by position, in the order of `#positions`. */
  readonly #positions: { readonly series: Series; readonly partition: number; readonly kind: number }[] = [];
  readonly #backlog: Float64Array;
  #slots: {
    readonly dictionary: unknown;
    readonly ends: number[];
    readonly targets: number[];
    readonly commits: number[];
  } | null = null;
  #at = 0;

  constructor(partitions: number, seed = 7) {
    this.partitions = partitions;
    this.#random = generator(seed);
    this.#ends = Float64Array.from({ length: partitions }, () => Math.floor(this.#random() * 1e9));
    this.#shift = Float64Array.from({ length: partitions }, () => Math.floor(this.#random() * 1e6));
    this.#rates = Float64Array.from({ length: partitions }, () => 600 * Math.exp(this.#normal()));
    const groups = Math.max(GROUPS_PER_TOPIC, (this.#topics * GROUPS_PER_TOPIC) / TOPICS_PER_GROUP);
    for (let topic = 0; topic < this.#topics; topic++) {
      for (let g = 0; g < GROUPS_PER_TOPIC; g++) {
        const number = (topic * GROUPS_PER_TOPIC + g) % groups;
        const kind = number % 20;
        for (let p = 0; p < PARTITIONS_PER_TOPIC; p++) {
          const series = {
            kind: 'commit',
            role: 'source',
            group: `service-${number}`,
            topic: nameOf(topic),
            partition: p,
          } as const;
          this.#positions.push({ series, partition: topic * PARTITIONS_PER_TOPIC + p, kind });
        }
      }
    }
    this.#backlog = Float64Array.from(this.#positions, () => this.#random() * 30);
  }

  get positions(): number {
    return this.#positions.length;
  }

  get #topics(): number {
    return this.partitions / PARTITIONS_PER_TOPIC;
  }

  /** Advances the simulation to the state's time and writes the result into the state. */
  moveInto(state: HistoryState): void {
    const elapsed = this.#at === 0 ? MINUTE : state.at - this.#at;
    this.#at = state.at;
    Object.assign(state.readAt, { source: state.at, target: state.at });
    const slots = this.#slotsIn(state);
    const minutes = elapsed / MINUTE;
    for (let p = 0; p < this.partitions; p++) {
      const rate = this.#rateAt(p, state.at) * Math.max(0.1, 1 + (0.1 / Math.sqrt(minutes)) * this.#normal());
      const mean = rate * minutes;
      const before = this.#ends[p] ?? 0;
      const end = before + Math.max(1, Math.round(mean + Math.sqrt(mean) * this.#normal()));
      this.#ends[p] = end;
      state.setSlot(slots.ends[p] ?? 0, BigInt(end));
      this.#mirror(state, { slot: slots.targets[p] ?? 0, p, before, end, rate, elapsed });
    }
    for (const [index, { partition, kind }] of this.#positions.entries()) {
      const perSecond = this.#rateAt(partition, state.at) / 60;
      let behind = perSecond * (0.5 + 5 * this.#random());
      if (kind === 0) {
        const backlog = Math.min(30, Math.max(0, (this.#backlog[index] ?? 0) + this.#normal()));
        this.#backlog[index] = backlog;
        behind = perSecond * 60 * backlog;
      } else if (kind < 3) behind = perSecond * 60 * this.#random();
      const committed = Math.max(0, (this.#ends[partition] ?? 0) - Math.round(behind));
      state.setSlot(slots.commits[index] ?? 0, BigInt(committed));
    }
  }

  #rateAt(partition: number, at: number): number {
    const topic = Math.floor(partition / PARTITIONS_PER_TOPIC);
    const phase = topic / this.#topics;
    const daily = 1 + 0.5 * Math.sin(2 * Math.PI * (at / DAY + phase));
    // Ten minutes a day, at a different time for each topic.
    const minuteOfDay = Math.floor((at % DAY) / MINUTE);
    const isBurst = (minuteOfDay + 1440 - ((topic * 37) % 1440)) % 1440 < 10;
    return (this.#rates[partition] ?? 0) * daily * (isBurst ? 5 : 1);
  }

  #mirror(
    state: HistoryState,
    step: { slot: number; p: number; before: number; end: number; rate: number; elapsed: number },
  ): void {
    const { slot, p, before, end, rate, elapsed } = step;
    const topic = Math.floor(p / PARTITIONS_PER_TOPIC);
    const name = nameOf(topic);
    const partition = p % PARTITIONS_PER_TOPIC;
    const mirrored = end - Math.round((rate / 60) * 0.5 * (1 + this.#random()));
    let shift = this.#shift[p] ?? 0;
    const syncs = state.syncs(name, partition);
    const add = (upstream: number) => {
      // Assume a constant rate since the last audit.
      const age = ((mirrored - upstream) / Math.max(1, mirrored - before)) * elapsed;
      const point = {
        upstream: BigInt(upstream),
        downstream: BigInt(upstream - shift + 1_000_000),
        timestamp: BigInt(Math.floor(state.at - age - this.#random() * 500)),
      };
      const last = syncs.length - 1;
      const rises = last < 0 || (point.upstream > syncs.upstream(last) && point.downstream > syncs.downstream(last));
      if (rises) appendMerged(syncs, point);
    };
    if (topic % TRANSACTIONAL_EVERY === 0) {
      const first = Math.max(before, mirrored - MOST_TRANSACTIONS * RECORDS_PER_TRANSACTION);
      for (let u = first; u < mirrored; ) {
        u += Math.ceil(RECORDS_PER_TRANSACTION * (0.5 + this.#random()));
        shift++;
        if (u < mirrored) add(u);
      }
      this.#shift[p] = shift;
    } else if (mirrored - before >= 100) add(mirrored - 1 - Math.floor(this.#random() * 100));
    state.setSlot(slot, BigInt(Math.max(0, mirrored - shift + 1_000_000)));
  }

  #slotsIn(state: HistoryState) {
    if (this.#slots?.dictionary === state.dictionary) return this.#slots;
    const slot = (series: Series) => state.dictionary.slotOf(series);
    const of = (kind: 'start' | 'end', role: 'source' | 'target') =>
      Array.from({ length: this.partitions }, (_, p) =>
        slot({ kind, role, topic: nameOf(Math.floor(p / PARTITIONS_PER_TOPIC)), partition: p % PARTITIONS_PER_TOPIC }),
      );
    for (const role of ['source', 'target'] as const) {
      for (const start of of('start', role)) state.setSlot(start, 0n);
      for (let topic = 0; topic < this.#topics; topic++) {
        if (!state.topicIds[role].has(nameOf(topic))) {
          const bytes = Uint8Array.from({ length: 16 }, () => Math.floor(this.#random() * 256));
          state.topicIds[role].set(nameOf(topic), Buffer.from(bytes).toString('base64url'));
        }
      }
    }
    this.#slots = {
      dictionary: state.dictionary,
      ends: of('end', 'source'),
      targets: of('end', 'target'),
      commits: this.#positions.map(({ series }) => slot(series)),
    };
    return this.#slots;
  }

  #normal(): number {
    // Irwin–Hall: close enough to normal, and fast.
    let sum = -3;
    for (let i = 0; i < 6; i++) sum += this.#random();
    return sum * Math.SQRT2;
  }
}

function nameOf(topic: number): string {
  return `orders.region-${topic % 25}.events-${topic}`;
}
