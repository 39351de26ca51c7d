/** Loading from disk, the shipped studies, and the schema that editors read. */
import { chmodSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { formatDiagnostics, source } from '../../engine/study/diagnostic.ts';
import { type Loaded, loadStudy } from '../../engine/study/load.ts';
import { stepFileSchema } from '../../engine/study/own-step-schema.ts';
import { type JsonSchema, protocolSchemaFor, studySchema } from '../../engine/study/schema.ts';
import { SCHEMAS } from '../../engine/study/shape.ts';
import { steps } from '../../steps/index.ts';
import { folderPath, HEAD, load, messages, registry } from './rig.ts';

const test = suite('loading');
const root = fileURLToPath(new URL('../..', import.meta.url));

function printed(loaded: Loaded): string {
  return 'diagnostics' in loaded ? formatDiagnostics(loaded.diagnostics, readFileSync) : '';
}

for (const file of globSync('workflows/*.yaml', { cwd: root }))
  for (const profile of [undefined, ...profilesOf(join(root, file))])
    test(`${file} is right${profile === undefined ? '' : ` with profile ${profile}`}`, () => {
      const options = { registry: steps, ...(profile !== undefined && { profile }) };
      assert.is(printed(loadStudy(join(root, file), options)), '');
    });

function profilesOf(file: string): string[] {
  const study: unknown = parse(readFileSync(file, 'utf8'));
  const profiles = typeof study === 'object' && study !== null && 'profiles' in study;
  return profiles ? Object.keys(Object(study.profiles)) : [];
}

test('a study that is not there, is a folder or is not text', () => {
  const at = (name: string) => join(folderPath, name);
  mkdirSync(at('folder.yaml'));
  writeFileSync(at('latin.yaml'), Buffer.from([0x63, 0xe9, 0x0a]));
  const first = (name: string) =>
    printed(loadStudy(at(name), { registry }))
      .replace(`${folderPath}/`, '')
      .split('\n')[0];
  assert.is(first('none.yaml'), 'none.yaml:1:1: there is no such file');
  assert.is(first('folder.yaml'), 'folder.yaml:1:1: it is a folder; name the study file in it');
  assert.is(
    first('latin.yaml'),
    'latin.yaml:1:1: the file is not UTF-8 text; a study is a YAML file',
  );
});

test('a data file that may not be read', () => {
  writeFileSync(join(folderPath, 'secret.extxyz'), '', { mode: 0o000 });
  chmodSync(folderPath, 0o755);
  const isRoot = process.getuid?.() === 0;
  // Root reads everything.
  if (isRoot) process.seteuid?.(65534);
  try {
    assert.is(
      messages(HEAD.replace('frames.extxyz', 'secret.extxyz')).split('\n')[0],
      'study.yaml:7:20: files: secret.extxyz cannot be read; check its permissions',
    );
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
});

test('a data file that is a device', () => {
  assert.is(
    messages(HEAD.replace('frames.extxyz', '/dev/null')).split('\n')[0],
    'study.yaml:7:20: files: /dev/null is no ordinary file, so it has no digest',
  );
});

test('every task knows its place in the file', () => {
  const study = load(HEAD);
  const read = () => new TextEncoder().encode(HEAD);
  const [data, model] = study.tasks;
  assert.equal(source(data!.span, read), { file: data!.span.file, line: 5, column: 3 });
  assert.equal(source(model!.inputs.updates!.span, read).line, 3, 'where the parameter is set');
});

test('the schemas for editors are current; if not, run npm run schemas', () => {
  const isCurrent = (name: string, schema: JsonSchema) => {
    const written: unknown = JSON.parse(readFileSync(join(root, 'schemas', name), 'utf8'));
    assert.equal(written, JSON.parse(JSON.stringify(schema)));
  };
  isCurrent('study.schema.json', studySchema(steps));
  isCurrent('protocol.schema.json', protocolSchemaFor(steps));
  isCurrent('step.schema.json', stepFileSchema);
});

test('the schemas that files are checked by are right themselves', () => {
  for (const schema of Object.values(SCHEMAS).map((make) => make())) {
    const ajv = new Ajv({ allowUnionTypes: true, discriminator: true });
    assert.ok(ajv.validateSchema(schema), ajv.errorsText());
  }
});

const validate = new Ajv({ allowUnionTypes: true, strict: true, strictRequired: false }).compile(
  studySchema(registry),
);

test('the schema of a step fits its own schema, which loading leaves out', () => {
  new Ajv({ allowUnionTypes: true, strict: true, discriminator: true }).compile(stepFileSchema);
});

test('the schema for editors takes what the loader takes', () => {
  const text = `${HEAD}  density:
    uses: npt
    matrix: { t: [1500 K, 1800 K], melt: { Fe: { composition: Fe } } }
    with:
      potential: { file: frames.extxyz }
      composition: { Fe: 0.9, C: $( 1 / 10 ) }
      temperature: $matrix.t
      vacancies: 0.5
      length: $( params.length * 2 )
    after: [data, model]
    resources: { cpu: 1, memory: 1 GB }
    partial: true
  table: { uses: compare, with: { measured: [$density.*.density], temperatures: [1 K, $params.temperature] } }
  run:
    uses: exec
    with: { command: [lmp, -in, in.melt, 5], files: { in.melt: frames.extxyz }, env: { A: '1' } }
    outputs: { eta: { file: eta.json, type: quantity, dimension: viscosity } }
    timeout: 2 h
`;
  load(text);
  assert.ok(validate(parse(text)), JSON.stringify(validate.errors, null, 1));
});

test('the schema for editors marks what the loader refuses', () => {
  const refused = [
    HEAD.replace('uses: train', 'uses: trian'),
    HEAD.replace('frames: $data', 'frame: $data'),
    HEAD.replace('frames: $data.frames, ', ''),
    HEAD.replace('$params.updates', 'many'),
    HEAD.replace('$params.updates', '0.5'),
    HEAD.replace('files: frames.extxyz', 'files: frames.extxyz, spin: up'),
    HEAD.replace('study: test', 'study: test\nwhen: now'),
    HEAD.replace('curie: v1', 'curie: v2'),
    `${HEAD}    timeout: 5 h\n`,
  ];
  for (const text of refused) {
    assert.ok('diagnostics' in loadStudy('x.yaml', { registry, read: () => Buffer.from(text) }));
    assert.not(validate(parse(text)), text);
  }
});

test.run();
