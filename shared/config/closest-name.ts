/** The known name that was most likely meant, or null if none is close enough: for `did you mean …?`. */
export function closestName(written: string, known: Iterable<string>, atMost?: number): string | null {
  const names = [...known];
  let best: string | null = null;
  let bestDistance = (atMost ?? Math.max(1, Math.floor(written.length / 4))) + 1;
  for (const name of names) {
    if (Math.abs(name.length - written.length) >= bestDistance) continue;
    const distance = editDistance(written.toLowerCase(), name.toLowerCase());
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  // A cut-off name is the other common mistake: `interval` for `intervalSeconds`.
  const begun = atMost === undefined && written.length >= 3 ? names.filter((name) => name.startsWith(written)) : [];
  return best ?? (begun.length === 1 ? (begun[0] ?? null) : null);
}

/** Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let d = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) d = Math.min(d, (before[j - 2] ?? 0) + 1);
      row.push(d);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
