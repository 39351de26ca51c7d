/**
 * Runs every test file in its own process, two at a time, and ends with `N passed, N failed`.
 * Arguments filter by path: `node test/run.ts study cache`.
 */
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const wanted = process.argv.slice(2);
const files = globSync('test/**/*.test.ts', { cwd: root })
  .sort()
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)));

interface Result {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly string[];
}

/** A file that dies or never reaches its summary counts as one failure more. */
function runFile(file: string): Promise<Result> {
  const started = Date.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [file], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    const limit = setTimeout(() => {
      output += '\nkilled: the file ran for more than 10 minutes\n';
      child.kill('SIGKILL');
    }, 600_000);
    child.on('close', (code) => {
      clearTimeout(limit);
      const number = (label: string) =>
        Number(new RegExp(`${label}:\\s+(\\d+)`).exec(output)?.[1] ?? Number.NaN);
      const [total, passed, skippedCount] = [number('Total'), number('Passed'), number('Skipped')];
      const counted = Number.isNaN(total) ? 0 : total - passed;
      const failed = Math.max(counted, code === 0 && !Number.isNaN(total) ? 0 : 1);
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      console.log(
        `${failed === 0 ? 'ok  ' : 'FAIL'} ${file}  ${passed || 0} passed${skippedCount > 0 ? `, ${skippedCount} skipped` : ''}  ${seconds} s`,
      );
      if (failed > 0) console.log(output.replace(/^/gm, '     '));
      const skipped = [...output.matchAll(/^SKIPPED (.*)$/gm)].map((match) => match[1]!);
      resolve({ passed: passed || 0, failed, skipped });
    });
  });
}

const queue = [...files];
const results: Result[] = [];
const lanes = Array.from({ length: Math.min(2, availableParallelism()) }, async () => {
  for (let file = queue.shift(); file !== undefined; file = queue.shift())
    results.push(await runFile(file));
});
await Promise.all(lanes);

const sum = (of: (result: Result) => number) =>
  results.reduce((total, result) => total + of(result), 0);
const skipped = results.flatMap((result) => result.skipped);
for (const name of skipped) console.log(`skipped: ${name}`);
const failed = files.length === 0 ? 1 : sum((result) => result.failed);
console.log(
  `${sum((result) => result.passed)} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`,
);
process.exitCode = failed === 0 ? 0 : 1;
