import type { Node, PositionTest } from './node.ts';
import { Program, type State } from './program.ts';

/** Decides whether the pattern may continue at a place in a text. */
type Condition =
  | { readonly kind: 'position'; readonly holds: PositionTest }
  | { readonly kind: 'look'; readonly program: Program };

/** The pattern needs more states than it may have: counted repetitions multiply them. */
export class TooManyStates extends Error {
  override readonly name = 'TooManyStates';
}

/**
 * Tests whole names against a pattern. It follows all ways of matching at once, so its time is bounded by the number of
 * states times the length of the name. Backtracking takes exponential time for patterns like `(a*)*b`.
 */
export class Automaton {
  /** The conditions that a condition's program needs come before it. */
  readonly #conditions: Condition[];
  readonly #program: Program;

  /** @throws TooManyStates */
  constructor(node: Node, maxStates: number) {
    const parts = new AutomatonParts(maxStates);
    this.#program = parts.program(node, 'forward', false);
    this.#conditions = parts.conditions;
  }

  /** Whether the pattern matches the whole name. */
  matches(name: string): boolean {
    const text = Array.from(name, (character) => character.codePointAt(0) ?? 0);
    const truths: boolean[][] = [];
    for (const condition of this.#conditions) {
      truths.push(
        condition.kind === 'look'
          ? condition.program.ends(text, truths)
          : Array.from({ length: text.length + 1 }, (_, place) => condition.holds(text, place)),
      );
    }
    return this.#program.ends(text, truths)[text.length] ?? false;
  }
}

class AutomatonParts {
  readonly conditions: Condition[] = [];
  /** Repetitions copy the states around a condition, but the condition itself is evaluated once. */
  readonly #conditionOf = new Map<PositionTest | Node, number>();
  #statesLeft: number;

  constructor(maxStates: number) {
    this.#statesLeft = maxStates;
  }

  program(node: Node, direction: 'forward' | 'backward', anywhere: boolean): Program {
    const states: State[] = [];
    const conditions: number[] = [];
    const state = (one: State): number => {
      if (--this.#statesLeft < 0) throw new TooManyStates();
      return states.push(one) - 1;
    };
    const condition = (number: number, holds: boolean, next: number): number => {
      if (!conditions.includes(number)) conditions.push(number);
      return state({ kind: 'condition', condition: conditions.indexOf(number), holds, next });
    };
    /** Adds the states of a node before the one that follows it, and returns the number of the first. */
    const add = (one: Node, next: number): number => {
      switch (one.kind) {
        case 'empty':
          return next;
        case 'set':
          return state({ kind: 'set', set: one.set, next });
        case 'position':
          return condition(this.#position(one.holds), true, next);
        case 'look':
          return condition(this.#look(one), !one.negated, next);
        case 'sequence': {
          const items = direction === 'forward' ? one.items.toReversed() : one.items;
          return items.reduce((following, item) => add(item, following), next);
        }
        case 'choice':
          return state({ kind: 'split', next: one.items.map((item) => add(item, next)) });
        case 'repeat':
          return addRepeat(one, next);
        case 'atomic':
          return add(one.body, next);
      }
    };
    const addRepeat = ({ body, min, max }: Node & { kind: 'repeat' }, next: number): number => {
      let first = next;
      if (max === Number.POSITIVE_INFINITY) {
        const back: number[] = [next];
        first = state({ kind: 'split', next: back });
        back.push(add(body, first));
      } else {
        for (let i = min; i < max; i++) first = state({ kind: 'split', next: [next, add(body, first)] });
      }
      for (let i = 0; i < min; i++) first = add(body, first);
      return first;
    };
    const start = add(node, state({ kind: 'accept' }));
    return new Program({ states, start, direction, anywhere, conditions });
  }

  #position(holds: PositionTest): number {
    return this.#conditionOf.get(holds) ?? this.#condition(holds, { kind: 'position', holds });
  }

  #look({ body, direction }: Node & { kind: 'look' }): number {
    const known = this.#conditionOf.get(body);
    if (known !== undefined) return known;
    const program = this.program(body, direction === 'ahead' ? 'backward' : 'forward', true);
    return this.#condition(body, { kind: 'look', program });
  }

  #condition(of: PositionTest | Node, condition: Condition): number {
    const number = this.conditions.push(condition) - 1;
    this.#conditionOf.set(of, number);
    return number;
  }
}
