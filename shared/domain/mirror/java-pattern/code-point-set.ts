export const MAX_CODE_POINT = 0x10ffff;

/** An immutable set of Unicode code points. */
export class CodePointSet {
  static readonly EMPTY = new CodePointSet([]);
  static readonly ALL = CodePointSet.range(0, MAX_CODE_POINT);

  /** Bounds of the ranges: first, last, first, last, …; ascending, with gaps between the ranges. */
  readonly #bounds: readonly number[];

  private constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
  }

  static range(first: number, last: number): CodePointSet {
    return new CodePointSet([first, last]);
  }

  static of(...codes: readonly number[]): CodePointSet {
    return codes.reduce((set, code) => set.union(CodePointSet.range(code, code)), CodePointSet.EMPTY);
  }

  /** `a-zA-Z_`: characters and ranges as in a simple class, without escapes; a leading or trailing `-` is itself. */
  static chars(spec: string): CodePointSet {
    let set = CodePointSet.EMPTY;
    for (let i = 0; i < spec.length; i++) {
      const first = spec.charCodeAt(i);
      const isRange = spec[i + 1] === '-' && i + 2 < spec.length;
      if (isRange) i += 2;
      set = set.union(CodePointSet.range(first, spec.charCodeAt(i)));
    }
    return set;
  }

  has(code: number): boolean {
    const bounds = this.#bounds;
    for (let i = 0; i < bounds.length; i += 2) {
      if (code < (bounds[i] ?? 0)) return false;
      if (code <= (bounds[i + 1] ?? 0)) return true;
    }
    return false;
  }

  union(other: CodePointSet): CodePointSet {
    const ranges = [...this.#ranges(), ...other.#ranges()].sort((a, b) => a[0] - b[0]);
    const bounds: number[] = [];
    for (const [first, last] of ranges) {
      const previous = bounds.at(-1);
      if (previous !== undefined && first <= previous + 1) bounds[bounds.length - 1] = Math.max(previous, last);
      else bounds.push(first, last);
    }
    return new CodePointSet(bounds);
  }

  complement(): CodePointSet {
    const bounds: number[] = [];
    let from = 0;
    for (const [first, last] of this.#ranges()) {
      if (from < first) bounds.push(from, first - 1);
      from = last + 1;
    }
    if (from <= MAX_CODE_POINT) bounds.push(from, MAX_CODE_POINT);
    return new CodePointSet(bounds);
  }

  intersection(other: CodePointSet): CodePointSet {
    return this.complement().union(other.complement()).complement();
  }

  /** The only code point of the set; null if it has none or several. */
  only(): number | null {
    const [first, last] = this.#bounds;
    return first !== undefined && first === last && this.#bounds.length === 2 ? first : null;
  }

  /** The highest code point; -1 if the set is empty. */
  max(): number {
    return this.#bounds.at(-1) ?? -1;
  }

  #ranges(): [number, number][] {
    const ranges: [number, number][] = [];
    for (let i = 0; i < this.#bounds.length; i += 2) ranges.push([this.#bounds[i] ?? 0, this.#bounds[i + 1] ?? 0]);
    return ranges;
  }
}
