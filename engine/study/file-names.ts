/** Names of files in the working folder of a program. */

/** What is wrong with a name, for a message; undefined if it names a file inside the folder. */
export function wrongFileName(name: string): string | undefined {
  const parts = name.split('/');
  const inside =
    name !== '' &&
    !name.includes('\0') &&
    parts.every((part) => part !== '' && part !== '.' && part !== '..');
  return inside
    ? undefined
    : `"${name}" names no file in the working folder; write a name such as in.melt or data/in.melt`;
}
