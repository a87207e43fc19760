/** Nobody mistypes so much; and the comparison takes as long as the text. */
const LONGEST = 100;

/** The known word that is nearest to a mistyped one; `undefined` where none is near. */
export function nearest(given: string, known: readonly string[]): string | undefined {
  if (given.length > LONGEST) return undefined;
  const wanted = given.toLowerCase();
  const scored = known.map((word) => ({ word, distance: distance(wanted, word) }));
  scored.sort((a, b) => a.distance - b.distance);
  const best = scored[0];
  if (best === undefined) return undefined;
  const begins = known.filter((word) => wanted.length >= 3 && word.startsWith(wanted));
  if (best.distance <= Math.max(1, Math.floor(wanted.length / 3))) return best.word;
  return begins.length === 1 ? begins[0] : undefined;
}

/** Letters to add, drop, change or swap with the next. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      next.push(cost);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
