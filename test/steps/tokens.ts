/**
 * JavaScript -> tokens, as far as it takes to tell code from comments and white space.
 *
 * What makes that hard is a slash: it divides after a value, and begins a regular expression
 * elsewhere. A `)` counts as a value, so `if (x) /y/.test(z)` would be read wrongly; the house
 * does not write that, and `tokensOf` throws on what it takes for a regular expression and is none.
 * Template literals are one token each, white space and all.
 */

const SPACE = /(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y;
const STRING = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/y;
const WORD = /#?[\p{L}\p{N}_$]+/uy;
const REGEX = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/y;
const STEP = /\+\+|--/y;
const VALUE = /[\p{L}\p{N}_$)\]}'"`/]$/u;
const KEYWORD = /^(?:return|typeof|case|in|delete|void|throw|new|else|do|await|yield)$/;

export function tokensOf(code: string): string[] {
  const tokens: string[] = [];
  for (let at = 0; at < code.length; ) {
    const token = tokenAt(code, at, tokens.at(-1));
    at += token.length;
    if (SPACE_ONLY.test(token)) continue;
    // The formatter writes a last comma where it breaks a list over lines.
    if (/^[)\]}]$/.test(token) && tokens.at(-1) === ',') tokens.pop();
    tokens.push(token);
  }
  return tokens;
}

const SPACE_ONLY = /^(?:\s|\/\/|\/\*)/;

function tokenAt(code: string, at: number, before: string | undefined): string {
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(code)?.[0];
  };
  const space = match(SPACE);
  if (space !== undefined) return space;
  if (code[at] === '`') return code.slice(at, endOfTemplate(code, at));
  const isValue = before !== undefined && VALUE.test(before) && !KEYWORD.test(before);
  if (code[at] === '/' && !isValue) {
    const regex = match(REGEX);
    if (regex === undefined) throw new Error(`no token at ${code.slice(at, at + 40)}`);
    const [, source = '', flags] = /^\/(.*)\/([a-z]*)$/s.exec(regex) ?? [];
    new RegExp(source, flags);
    return regex;
  }
  return match(STRING) ?? match(WORD) ?? match(STEP) ?? code[at]!;
}

/** Behind the last character of a template literal; those inside its expressions are passed over. */
function endOfTemplate(code: string, start: number): number {
  let depth = 0;
  for (let at = start + 1; at < code.length; at++) {
    const character = code[at];
    if (character === '\\') at++;
    else if (depth === 0 && character === '`') return at + 1;
    else if (depth === 0 && character === '$' && code[at + 1] === '{') {
      depth = 1;
      at++;
    } else if (depth > 0) {
      if (character === '`') at = endOfTemplate(code, at) - 1;
      else if (character === '{') depth++;
      else if (character === '}') depth--;
    }
  }
  throw new Error('a template literal has no end');
}
