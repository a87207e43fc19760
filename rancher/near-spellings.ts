/** Nobody mistypes so much; and the comparison takes as long as the text. */
const LONGEST = 300;

/**
 * The names of `known` that `asked` may have been meant for, best first: the same but for case, then those that contain it
 * or are contained, then those of a few differing letters.
 */
export function nearSpellings(asked: string, known: Iterable<string>, limit = 5): string[] {
  if (asked.length > LONGEST) return [];
  const wanted = asked.toLowerCase();
  const scored: { name: string; score: number }[] = [];
  for (const name of new Set(known)) {
    const candidate = name.toLowerCase();
    const score = scoreOf(wanted, candidate);
    if (score !== undefined) scored.push({ name, score });
  }
  return scored
    .sort((a, b) => a.score - b.score || a.name.localeCompare(b.name))
    .slice(0, limit)
    .map((entry) => entry.name);
}

function scoreOf(wanted: string, candidate: string): number | undefined {
  if (wanted === candidate) return 0;
  if (wanted.length >= 3 && candidate.length >= 3 && (candidate.includes(wanted) || wanted.includes(candidate)))
    return 1;
  const distance = editDistance(wanted, candidate);
  return distance <= Math.max(1, Math.floor(wanted.length / 3)) ? 1 + distance : undefined;
}

/** Letters to add, drop, change or swap with the next. */
function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > a.length) return Number.POSITIVE_INFINITY;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = swapped ? (before[j - 2] ?? 0) + 1 : change;
      next.push(Math.min(change, swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
