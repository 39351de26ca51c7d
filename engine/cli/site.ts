/** `curie site`: what is in force on this machine, and who says so. */
import { source } from '../study/diagnostic.ts';
import { readFile } from '../study/read-file.ts';
import { cachePlace, coresToUse, gpusToUse, type InForce, memoryToUse } from './facts.ts';
import { sitePath } from './places.ts';
import { readSite } from './site-file.ts';
import { columns } from './text.ts';

export function siteCommand(): void {
  const site = readSite();
  const row = ({ value, from }: InForce<string | number>, name: string): string[] => [
    name,
    String(value),
    from,
  ];
  const memory = memoryToUse(site);
  const gpus = gpusToUse(undefined, site);
  const shown =
    gpus.from === 'CUDA_VISIBLE_DEVICES' ? (process.env.CUDA_VISIBLE_DEVICES ?? '') : gpus.value;
  const rows = [
    row(cachePlace(undefined, site), 'cache'),
    row(coresToUse(undefined, site), 'cores'),
    row({ ...memory, value: `${(memory.value / 1000).toFixed(1)} GB` }, 'memory'),
    row({ ...gpus, value: shown === '' ? 'none' : shown }, 'gpus'),
    ...Object.entries(site.tools).map(([name, { path, span }]) => {
      const { file, line, column } = source(span, readFile);
      return [`tools.${name}`, path, `${file}:${line}:${column}`];
    }),
  ];
  console.log(
    site.file === null
      ? `no site file; it would be ${sitePath(process.env)}`
      : `site file ${site.file}`,
  );
  for (const line of columns(rows)) console.log(`  ${line}`);
}
