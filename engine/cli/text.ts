/** Text for terminals. */

/** Rows as columns of the same width; the last column is left as it is. */
export function columns(rows: readonly (readonly string[])[], gap = 2): string[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [k, cell] of row.slice(0, -1).entries())
      widths[k] = Math.max(widths[k] ?? 0, width(cell));
  return rows.map((row) =>
    row
      .map((cell, k) =>
        k === row.length - 1 ? cell : cell + ' '.repeat((widths[k] ?? 0) - width(cell) + gap),
      )
      .join('')
      .trimEnd(),
  );
}

/** Characters that take room: marks that combine with the letter before them do not. */
export function width(text: string): number {
  return [...text].filter((character) => !/\p{M}/u.test(character)).length;
}

/** Cut to at most `most` characters. */
export function shortened(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}

export function plural(count: number, word: string, many = `${word}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? word : many}`;
}
