/** Versions of the language: what `curie migrate` says of each. */
import { suite } from 'uvu';
import { expectOutput, expectRefusal, type Trial, trial } from './rig.ts';

const migrate = suite('migrate');

let at: Trial;
migrate.before(() => {
  at = trial();
});
migrate.after(() => at.close());

migrate('a file in the newest version is left as it is, comments and all', async () => {
  for (const text of [
    '# mine\ncurie: v1\nstudy: toy   # right\nsteps: {}\n',
    'curie: v1\nprotocol: melt\n',
    'curie: v1\nstep: mine\n',
  ]) {
    at.write('file.yaml', text);
    expectOutput(
      at,
      await at.curie(['migrate', 'file.yaml']),
      'file.yaml: is in v1, the newest version of the language; nothing to do\n',
    );
  }
});

const refused: readonly (readonly [title: string, text: string, message: string])[] = [
  [
    'a newer version',
    'curie: v2\nstudy: toy\n',
    `file.yaml:1:8: this file is written in version v2 of the language; this curie reads v1: use a newer curie
1 | curie: v2
  |        ^^`,
  ],
  [
    'what is no version',
    'curie: 1.0\nstudy: toy\n',
    `file.yaml:1:8: curie: 1.0 names no version; write curie: v1
1 | curie: 1.0
  |        ^^^`,
  ],
  [
    'no version',
    'study: toy\n',
    `file.yaml:1:1: the file does not say which version of the language it is in; begin it with curie: v1
1 | study: toy
  | ^`,
  ],
];

for (const [title, text, message] of refused)
  migrate(`${title} is refused`, async () => {
    at.write('file.yaml', text);
    expectRefusal(at, await at.curie(['migrate', 'file.yaml']), `${message}\n`);
  });

migrate('a file that is not there is missed', async () => {
  expectRefusal(
    at,
    await at.curie(['migrate', 'none.yaml']),
    'none.yaml:1:1: there is no such file\n',
  );
});

migrate.run();
