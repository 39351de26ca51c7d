/** Text for terminals. */

/** Columns of the terminal, where there is none 80; at most 100, beyond which prose reads badly. */
export function terminalWidth(): number {
  return Math.min(100, process.stdout.columns ?? 80);
}

/** Prose in lines of at most `most` characters; a longer word has a line of its own. */
export function wrapped(text: string, most: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && width(last) + 1 + width(word) <= most)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Names, each with prose beside it that goes on below itself in lines of at most `most`. */
export function glossary(entries: readonly (readonly [string, string])[], most: number): string[] {
  const beside = Math.max(0, ...entries.map(([name]) => width(name))) + 2;
  const rows = entries.flatMap(([name, prose]) =>
    wrapped(prose, most - beside).map((line, k) => [k === 0 ? name : '', line]),
  );
  return columns(rows);
}

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
