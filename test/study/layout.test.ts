/** A study is what it says, not how it is laid out; and no bytes bring the loader down. */
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Document, isMap, isScalar, isSeq, type Node, type Pair, Scalar, visit } from 'yaml';
import type { ExpandedStudy, Task } from '../../engine/study/expanded.ts';
import { diagnosticsOf, HEAD, inputOf, load, messages, short } from './rig.ts';

const test = suite('layout');

const STUDY = {
  curie: 'v1',
  study: 'test',
  params: { updates: 100, temperature: '2000 K', length: '25 ps' },
  profiles: { full: { updates: 9000 } },
  sets: {
    potentials: { NM: '$model.model', M: '$tuned.model' },
    melts: {
      Fe: { composition: 'Fe', temperature: '2000 K' },
      Fe90C10: { composition: { Fe: 0.9, C: 0.1 }, temperature: '$params.temperature' },
    },
  },
  steps: {
    data: { uses: 'import', with: { files: 'frames.extxyz', spin: 'none', note: '1.10' } },
    model: { uses: 'train', with: { frames: '$data.frames', updates: '$params.updates' } },
    tuned: {
      uses: 'train',
      with: {
        frames: '$data.frames',
        from: '$model.model',
        updates: '$( max(1, round(params.updates / 3)) )',
      },
      resources: { cpu: 2, memory: '4 GB' },
    },
    liquid: {
      uses: 'npt',
      matrix: { potential: '$sets.potentials', melt: '$sets.melts' },
      with: {
        potential: '$matrix.potential',
        composition: '$matrix.melt.composition',
        temperature: '$matrix.melt.temperature',
        length: '$params.length',
      },
    },
    table: {
      uses: 'compare',
      with: { measured: ['$liquid.*.density', '$liquid.M.Fe.melting_temperature'] },
      after: ['data', 'model'],
    },
  },
};

/** The order of axes shows in the names of tasks, and means nothing else. */
function byLabels({ step, labels }: Task): string {
  const parts = Object.keys(labels).map((axis) => `${axis}=${labels[axis]}`);
  return [step, ...parts.sort()].join('/');
}

/** All that a study says: tasks by labels, what each takes, what it waits for. */
function meaning(loaded: ExpandedStudy): unknown {
  const tasks = loaded.tasks.map((task) => ({ ...task, name: byLabels(task) }));
  const study = { ...loaded, tasks };
  return {
    ...{ name: study.name, parameters: study.parameters },
    tasks: Object.fromEntries(
      study.tasks.map((task) => [
        task.name,
        {
          labels: task.labels,
          resources: task.resources,
          after: task.after.map((id) => study.tasks[id]!.name).sort(),
          inputs: Object.fromEntries(
            Object.entries(task.inputs).map(([name, binding]) => [
              name,
              sorted(short(study, binding)),
            ]),
          ),
        },
      ]),
    ),
  };
}

/** Gathered elements in one order: theirs has no meaning. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      key === 'gather' && Array.isArray(each) ? [...each].sort() : sorted(each),
    ]),
  );
}

/** Numbers from 0 to 1 that follow from a seed: a linear congruence is random enough here. */
function drawsOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Sorts a list by drawn numbers. */
function shuffle<T>(items: readonly T[], draw: () => number): T[] {
  return items
    .map((item) => ({ item, at: draw() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** The study as YAML in a drawn layout: order of keys, flow or block, quotes, comments. */
function laidOut(draw: () => number): string {
  const document = new Document(STUDY);
  const chance = (): boolean => draw() < 0.5;
  const comment = (node: Node): void => {
    if (draw() < 0.2) node.commentBefore = ' a comment: { with $( signs ) ]';
  };
  visit(document, {
    Scalar(_key, node) {
      // A quoted number would be text, and an unquoted 1.10 a number.
      if (typeof node.value === 'string' && chance())
        node.type = chance() ? Scalar.QUOTE_DOUBLE : Scalar.QUOTE_SINGLE;
    },
    Map(_key, node, path) {
      node.items = shuffle(node.items, draw);
      // An expression with a comma must be quoted in flow form, and so the library does.
      if (path.length > 5) node.flow = chance();
      for (const { key } of node.items as readonly Pair[])
        if (isScalar(key) && node.flow !== true) comment(key);
    },
    Seq(_key, node) {
      node.flow = chance();
      if (!node.flow) for (const item of node.items) if (isMap(item) || isSeq(item)) comment(item);
    },
  });
  const indent = 2 + Math.floor(draw() * 4);
  return document.toString({ indent, lineWidth: draw() < 0.5 ? 40 : 0 });
}

test('reformatting, reordering and commenting change nothing', () => {
  const wanted = meaning(load(JSON.stringify(STUDY)));
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const text = laidOut(drawsOf(seed));
      assert.equal(meaning(load(text)), wanted, text);
    }),
    { numRuns: 60 },
  );
});

test('line ends of Windows and a byte order mark change nothing', () => {
  const text = new Document(STUDY).toString();
  const wanted = meaning(load(text));
  assert.equal(meaning(load(text.replaceAll('\n', '\r\n'))), wanted);
  assert.equal(meaning(load(`\uFEFF${text}`)), wanted);
});

test('a caret stands under its place with tabs, wide marks and Windows line ends before it', () => {
  const text =
    'curie: v1\r\nstudy: x\r\nsteps:\r\n  data: { uses:\timport, "A\u030A\u00C5": 1 }\r\n';
  assert.is(
    messages(text),
    `study.yaml:4:3: step data lacks the input files of import; expected the path of a file, or a list of such
4 |   data: { uses:\timport, "A\u030A\u00C5": 1 }
  |   ^^^^

study.yaml:4:25: unknown key A\u030A\u00C5 in step data; known: uses, protocol, with, matrix, when, after, resources, partial, timeout, repeat, retry, outputs
4 |   data: { uses:\timport, "A\u030A\u00C5": 1 }
  |                \t        ^^^^`,
  );
});

test('every diagnostic of a damaged study has a place inside it; none crashes', () => {
  const text = new Document(STUDY).toString();
  const pieces = [
    ...['\n', '  ', ': ', '{', '}', '[', ']', '$(', ')', '$', '*', '&a ', "'", '"', '#', '- ', ','],
    ...[
      'null',
      '1.10',
      'true',
      '|',
      '>',
      '\t',
      '\u0000',
      '\u{1F600}',
      '__proto__: 1',
      'constructor',
    ],
  ];
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(text.length), fc.nat(12), fc.constantFrom(...pieces)), {
        minLength: 1,
        maxLength: 3,
      }),
      (edits) => {
        let damaged = text;
        for (const [at, cut, piece] of edits)
          damaged = damaged.slice(0, at) + piece + damaged.slice(at + cut);
        for (const { at, message, code } of diagnosticsOf(damaged)) {
          assert.ok(at.start >= 0 && at.start <= at.end && at.end <= damaged.length + 1, message);
          assert.match(code, /^[a-z-]+$/);
        }
        messages(damaged);
      },
    ),
    { numRuns: 400 },
  );
});

test('files that are no studies are refused at once', () => {
  assert.is(
    messages(`curie: v1\n${'a'.repeat(6_000_000)}`).split('\n')[0],
    'study.yaml:1:1: the file has 6.0 MB; a study has at most 5 MB: keep data in files that it names',
  );
  // Of the processor, not of the wall: the machine may be busy with something else.
  const started = process.cpuUsage();
  messages('['.repeat(200_000));
  messages(`a:\n${'- '.repeat(2_000)}`);
  messages(Array.from({ length: 3_000 }, (_, k) => `key${k}: 1`).join('\n'));
  assert.is(
    messages(`a: [${'1,'.repeat(2_400_000)}1]`).split('\n')[0],
    'study.yaml:1:1: the file has too many keys and values; keep data in files that it names, and let a matrix make many steps',
  );
  const { user, system } = process.cpuUsage(started);
  assert.ok(user + system < 20_000_000);
});

test('a list of 100,000 values is no problem', () => {
  const values = Array.from({ length: 100_000 }, (_, k) => k);
  const options = `files: frames.extxyz, options: [${values.join(',')}]`;
  const study = load(HEAD.replace('files: frames.extxyz', options));
  assert.equal(inputOf(study, 'data', 'options'), values);
});

test.run();
