/** `curie model compress`: the tables that simulations use in place of embedding nets. */
import { modelFiles } from '../../steps/index.ts';
import { fileNamed, orRefused } from './model.ts';
import { columns } from './text.ts';

export async function modelCompressCommand(
  path: string,
  options: { readonly json?: boolean },
): Promise<void> {
  const { checkModelTables } = await modelFiles();
  const checks = await orRefused(checkModelTables(fileNamed(path)));
  if (options.json) {
    console.log(JSON.stringify({ file: path, members: checks }, null, 2));
    return;
  }
  const [{ from, to, points, configurations, atoms }] = checks;
  console.log(
    `${path}: simulations make these tables when they open the model, so there is no file to write`,
  );
  console.log(`tables answer from ${from} Å to the cut-off of ${to} Å; closer atoms are an error`);
  console.log(
    `largest errors at ${points} random inputs of each net and in ${configurations} random cells of ${atoms} atoms, against the nets in f64`,
  );
  const head = ['', 'intervals', 'channel (bound)', 'energy, eV/atom', 'force, eV/Å'];
  const rows = checks.flatMap(({ errors }, k) =>
    (['f64', 'f32'] as const).map((precision) => {
      const { intervals, channel, tolerance, energy, force } = errors[precision];
      const member = checks.length > 1 ? `member ${k + 1}, ` : '';
      return [
        `${member}${precision}`,
        String(intervals.reduce((sum, count) => sum + count, 0)),
        `${channel.toExponential(1)} (${tolerance.toExponential(0)})`,
        energy.toExponential(1),
        force.toExponential(1),
      ];
    }),
  );
  for (const line of columns([head, ...rows])) console.log(`  ${line}`);
}
