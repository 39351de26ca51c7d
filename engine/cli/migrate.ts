/** `curie migrate`: brings a file to the newest version of the language. */
import { formatDiagnostics } from '../study/diagnostic.ts';
import { migrate } from '../study/migrate.ts';
import { LANGUAGE } from '../study/names.ts';
import { readFile } from '../study/read-file.ts';
import { Failure } from './failure.ts';

export function migrateCommand(file: string): void {
  const wrong = migrate(file);
  if (wrong.length > 0)
    throw new Failure(formatDiagnostics(wrong, readFile, process.stderr.columns));
  console.log(`${file}: is in ${LANGUAGE}, the newest version of the language; nothing to do`);
}
