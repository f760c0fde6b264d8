/** Mulberry32: the same numbers on every run. */
export function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** Lengths, counts and numbers that somebody who means harm would write. */
const LIES = [0, 1, -1, -2, 127, 128, 0x7fff, 0x8000, 50_000_000, 0x7fffffff, -0x80000000] as const;

/** A copy with one thing changed: a bit, the end, a byte more, a stretch, a piece of itself, or a number that lies. */
export function mutated(bytes: Uint8Array, random: (below: number) => number): Buffer {
  const copy = Buffer.from(bytes);
  if (copy.length < 4) return Buffer.concat([copy, Uint8Array.of(random(256))]);
  const at = random(copy.length);
  const lie = LIES[random(LIES.length)] ?? 0;
  switch (random(8)) {
    case 0:
      copy[at] = (copy[at] ?? 0) ^ (1 << random(8));
      return copy;
    case 1:
      return copy.subarray(0, at);
    case 2:
      return Buffer.concat([copy.subarray(0, at), Uint8Array.of(random(256)), copy.subarray(at)]);
    case 3:
      return copy.fill(random(256), at, Math.min(copy.length, at + 1 + random(16)));
    case 4:
      return copy.copyWithin(at, random(copy.length), random(copy.length) + 8);
    case 5:
      copy.writeInt32BE(lie, Math.min(at, copy.length - 4));
      return copy;
    case 6:
      copy.writeInt16BE((lie << 16) >> 16, Math.min(at, copy.length - 2));
      return copy;
    default: {
      // An unsigned varint of five bytes: the length of a compact array or string.
      const varint = Buffer.from([0xff, 0xff, 0xff, 0xff, random(16)]);
      return Buffer.concat([copy.subarray(0, at), varint, copy.subarray(at + 1)]);
    }
  }
}
