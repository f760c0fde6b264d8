import type { CodePointSet } from './code-point-set.ts';

/** A state of the automaton. It names the states that follow by their number. */
export type State =
  | { readonly kind: 'accept' }
  | { readonly kind: 'set'; readonly set: CodePointSet; readonly next: number }
  | { readonly kind: 'split'; readonly next: readonly number[] }
  /** `condition`: which of the program's conditions has to be true, or false, at this place in the text. */
  | { readonly kind: 'condition'; readonly condition: number; readonly holds: boolean; readonly next: number };

/** Whether each condition of the automaton is true, for each place of a text. */
export type Truths = readonly (readonly boolean[])[];

/** The states that a text has led to, and what follows: computed once, and kept for the next names. */
interface Reached {
  readonly states: readonly number[];
  /** By which of the program's conditions are true. */
  readonly closures: Map<string, Closure>;
}

interface Closure {
  readonly accepted: boolean;
  readonly waiting: readonly (State & { kind: 'set' })[];
  readonly next: Map<number, Reached>;
}

/** At most this many states are kept, over all that texts have led to. */
const KEPT_STATES = 500_000;

/**
 * A nondeterministic automaton (Thompson's) for one pattern or lookaround. It is in all states at once to which a text
 * can lead. The names of a cluster lead to few sets of states, so they are kept (a lazy powerset construction).
 */
export class Program {
  readonly #states: readonly State[];
  readonly #start: number;
  /** Lookaheads are read backward, from every place where they may end. */
  readonly #direction: 'forward' | 'backward';
  /** Whether a match may begin at every place in the text, or only where the text begins. */
  readonly #anywhere: boolean;
  /** The automaton's numbers for the conditions of this program. */
  readonly #conditions: readonly number[];
  readonly #reached = new Map<string, Reached>();
  #kept = 0;

  constructor(parts: {
    readonly states: readonly State[];
    readonly start: number;
    readonly direction: 'forward' | 'backward';
    readonly anywhere: boolean;
    readonly conditions: readonly number[];
  }) {
    this.#states = parts.states;
    this.#start = parts.start;
    this.#direction = parts.direction;
    this.#anywhere = parts.anywhere;
    this.#conditions = parts.conditions;
  }

  /** For each place of the text, whether a match that began before it in this direction ends there. */
  ends(text: readonly number[], truths: Truths): boolean[] {
    const { length } = text;
    const ends = new Array<boolean>(length + 1).fill(false);
    const isForward = this.#direction === 'forward';
    let reached = this.#keep([this.#start]);
    for (let i = 0; i <= length && reached.states.length > 0; i++) {
      const place = isForward ? i : length - i;
      const closure = this.#closure(reached, truths, place);
      ends[place] = closure.accepted;
      const code = text[isForward ? place : place - 1];
      if (code !== undefined) reached = this.#after(closure, code);
    }
    return ends;
  }

  #closure(reached: Reached, truths: Truths, place: number): Closure {
    let key = '';
    for (const condition of this.#conditions) key += truths[condition]?.[place] === true ? '1' : '0';
    const known = reached.closures.get(key);
    if (known !== undefined) return known;
    const closure = this.#reachable(reached.states, key);
    reached.closures.set(key, closure);
    this.#kept += closure.waiting.length;
    return closure;
  }

  /** What can be reached without reading a character. */
  #reachable(from: readonly number[], truths: string): Closure {
    const seen = new Set<number>();
    const open = [...from];
    const waiting: (State & { kind: 'set' })[] = [];
    let accepted = false;
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (seen.has(id)) continue;
      seen.add(id);
      const state = this.#states[id];
      if (state?.kind === 'set') waiting.push(state);
      else if (state?.kind === 'split') for (const next of state.next) open.push(next);
      else if (state?.kind === 'accept') accepted = true;
      else if (state !== undefined && (truths[state.condition] === '1') === state.holds) open.push(state.next);
    }
    return { accepted, waiting, next: new Map() };
  }

  #after(closure: Closure, code: number): Reached {
    const known = closure.next.get(code);
    if (known !== undefined) return known;
    const states = new Set(this.#anywhere ? [this.#start] : []);
    for (const { set, next } of closure.waiting) if (set.has(code)) states.add(next);
    const reached = this.#keep([...states]);
    closure.next.set(code, reached);
    return reached;
  }

  #keep(states: number[]): Reached {
    if (this.#kept > KEPT_STATES) {
      this.#reached.clear();
      this.#kept = 0;
    }
    const key = states.sort((a, b) => a - b).join(' ');
    const known = this.#reached.get(key);
    if (known !== undefined) return known;
    const reached: Reached = { states, closures: new Map() };
    this.#reached.set(key, reached);
    this.#kept += states.length + 1;
    return reached;
  }
}
