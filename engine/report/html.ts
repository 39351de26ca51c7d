/** HTML in which everything is escaped that is not HTML by type. */

/** Finished markup. Made by `html` from literals of this code and escaped values only. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

export type Content = Html | string | number | null | false | readonly Content[];

/** Template tag: strings and numbers are escaped, `Html` stands, lists are joined. */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Html {
  let markup = parts[0]!;
  for (const [k, value] of values.entries()) markup += markupOf(value) + parts[k + 1]!;
  return new Html(markup);
}

function markupOf(value: Content): string {
  if (value === null || value === false) return '';
  if (value instanceof Html) return value.markup;
  if (typeof value === 'object') return value.map(markupOf).join('');
  return escapeHtml(String(value));
}

const ENTITIES: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Safe as text and within quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** An id that is safe in `id` and `href`: other characters become their code in hexadecimal. */
export function anchor(...parts: readonly string[]): string {
  const safe = (part: string) =>
    part.replace(/[^A-Za-z0-9-]/g, (character) => `_${character.codePointAt(0)!.toString(16)}`);
  return parts.map(safe).join('.');
}
