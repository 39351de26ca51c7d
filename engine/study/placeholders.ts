/**
 * `{files.NAME}` and `{values.NAME}` in the arguments of a command. All other braces stand for
 * themselves: programs such as awk have their own.
 */
const PLACEHOLDER = /\{(files|values)\.([^{}\s]+)\}/g;

export interface Placeholder {
  readonly of: 'files' | 'values';
  readonly name: string;
}

export function placeholdersIn(text: string): readonly Placeholder[] {
  return [...text.matchAll(PLACEHOLDER)].map(([, of, name]) => ({
    of: of === 'files' ? 'files' : 'values',
    name: name!,
  }));
}

/** The argument with every placeholder replaced by what `meaning` gives. */
export function fill(text: string, meaning: (placeholder: Placeholder) => string): string {
  return text.replaceAll(PLACEHOLDER, (_, of: Placeholder['of'], name: string) =>
    meaning({ of, name }),
  );
}
