/** The study's YAML with its parts told apart: line by line, for reading only. */
import { type Content, type Html, html } from './html.ts';

const TOKEN =
  /(?<comment>(?:^|(?<=\s))#.*$)|(?<string>"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')|(?<reference>\$\(.*?\)(?=\s*(?:[,}\]#]|$))|\$[A-Za-z_$][\w.*=-]*)|(?<key>[\w.-]+(?=\s*:(?:\s|$)))|(?<number>(?<![\w.-])[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.]))/gu;

export function highlightYaml(text: string): Html {
  const lines = text.replace(/\n$/, '').split('\n');
  return html`<pre class="code" tabindex="0"><code>${lines.map((line, k) => html`<span class="n">${k + 1}</span>${tokens(line)}\n`)}</code></pre>`;
}

function tokens(line: string): Content[] {
  const parts: Content[] = [];
  let from = 0;
  for (const match of line.matchAll(TOKEN)) {
    const [kind] =
      Object.entries(match.groups ?? {}).find(([, value]) => value !== undefined) ?? [];
    if (kind === undefined) continue;
    parts.push(line.slice(from, match.index), html`<span class="y-${kind}">${match[0]}</span>`);
    from = match.index + match[0].length;
  }
  parts.push(line.slice(from));
  return parts;
}
