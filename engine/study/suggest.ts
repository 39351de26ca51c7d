/** "did you mean": the nearest of the names that would have been right. */

/** The nearest of `names`, or undefined if none is near enough to be what was meant. */
export function nearest(given: string, names: Iterable<string>): string | undefined {
  const limit = given.length === 1 ? 0 : Math.max(1, Math.floor(given.length / 3));
  let best: string | undefined;
  let least = limit + 1;
  const lower = given.toLowerCase();
  for (const name of names) {
    if (Math.abs(name.length - given.length) >= least) continue;
    const cost = name.toLowerCase() === lower ? 0 : distance(given, name);
    if (cost < least) [best, least] = [name, cost];
  }
  return best;
}

/** `; did you mean X?`, or else what there is to choose from: `; known: a, b, c`. */
export function didYouMean(given: string, names: Iterable<string>, known = 'known'): string {
  const all = [...names];
  const best = nearest(given, all);
  if (best !== undefined) return `; did you mean ${best}?`;
  return all.length === 0 ? '' : `; ${known}: ${listed(all)}`;
}

/** `a, b, c`, cut where a list gets too long to read. */
export function listed(names: readonly string[], most = 20): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

/** Edit distance where a swap of neighbours counts as one edit. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, k) => k);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      let cost = Math.min(
        last[j]! + 1,
        row[j - 1]! + 1,
        last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, before[j - 2]! + 1);
      row.push(cost);
    }
    [before, last] = [last, row];
  }
  return last[b.length]!;
}
