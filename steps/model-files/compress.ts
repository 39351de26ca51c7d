/** How well the tables of a model stand for its nets. */
import { checkTables, type TableCheck } from '../../physics/potentials/deep/table-check.ts';
import { inWords, type NamedBytes, openModel } from './open.ts';

/**
 * One check for each member.
 *
 * @throws StepError where the file is no model, or its nets cannot be tabulated
 */
export async function checkModelTables(file: NamedBytes): Promise<TableCheck[]> {
  const committee = await openModel(file);
  return inWords(file.file, async () => committee.members.map((_, k) => checkTables(committee, k)));
}
