/**
 * `command` of a group's own step: what `exec` takes, with `{inputs.NAME}` for the inputs. In its
 * working folder are the files of the step and, in the place that each says, those it is given.
 */
import { join, posix } from 'node:path';
import type { InputField } from '../step.ts';
import type { DeclaredOutput } from './declared-outputs.ts';
import type { Problems } from './diagnostic.ts';
import { execTask } from './exec-task.ts';
import type { Binding, Span } from './expanded.ts';
import { wrongFileName } from './file-names.ts';
import { entriesOf, type Mapping, type Node, type Scalar } from './node.ts';
import { INPUTS_FILE, type OwnCommand, STEP_FILE } from './own-step.ts';
import { scalarAt } from './own-step-fields.ts';
import { didYouMean } from './suggest.ts';

const PLACEHOLDER = /\{inputs\.([^{}\s]+)\}/g;

/** An argument with every `{inputs.NAME}` replaced by what `meaning` gives. */
export function fillInputs(text: string, meaning: (input: string) => string): string {
  return text.replaceAll(PLACEHOLDER, (_, name: string) => meaning(name));
}

type Inputs = { readonly [name: string]: InputField };

/**
 * Reads `command` and what belongs to it; what is wrong is reported.
 *
 * @param folder  absolute
 * @param files   of the step
 */
export function readCommand(
  root: Mapping,
  inputs: Inputs,
  outputs: { readonly [name: string]: DeclaredOutput },
  folder: string,
  files: readonly string[],
  problems: Problems,
): OwnCommand {
  const written = scalarsIn(root.entries.get('command')?.value);
  const staged = files.filter((file) => file !== STEP_FILE);
  if (staged.includes(INPUTS_FILE))
    problems.add(
      'bad-file-name',
      root.entries.get('command')!.key.span,
      `${INPUTS_FILE} in the folder of the step is what curie writes for the command; call the file otherwise`,
    );
  const places = placesOf(root, inputs, staged, problems);
  const [first, ...rest] = written;
  const own = first && ownFile(first.text, staged);
  const env = [...entriesOf(root, 'env')].map(
    ([name, { value }]) => [name, literal(textOrSecret(value), value.span)] as const,
  );
  const stdout = scalarAt(root, 'stdout');
  const checked = execTask(
    {
      command: listOf([
        ...(first ? [literal(own === undefined ? first.text : `{files.${own}}`, first.span)] : []),
        ...rest.map(({ text, span }) => literal(text, span)),
      ]),
      files: mapOf([
        ...staged.map((file) => [file, fileAt(folder, file, root.span)] as const),
        ...Object.entries(places).map(
          ([input, place]) =>
            [place, fileAt(folder, place, entriesOf(root, 'inputs').get(input)!.key.span)] as const,
        ),
        [INPUTS_FILE, fileAt(folder, INPUTS_FILE, root.span)],
      ]),
      env: mapOf(env),
      pass: listOf(scalarsIn(root.entries.get('pass')?.value).map(asLiteral)),
      tools: listOf(scalarsIn(root.entries.get('tools')?.value).map(asLiteral)),
      ...(stdout !== undefined && { stdout: asLiteral(stdout) }),
    },
    new Set(),
    folder,
    problems,
  );
  if (first !== undefined && first.text.match(PLACEHOLDER) !== null)
    problems.add(
      'unknown-program',
      first.span,
      'a program is known before the study runs: write its name or its path here',
    );
  for (const argument of rest) checkArgument(argument, inputs, problems);
  const { command } = checked.inputs;
  return {
    argv: command?.kind === 'list' ? command.items.map(textOf) : [],
    programs: checked.programs,
    places,
    outputs,
    ...(stdout !== undefined && { stdout: stdout.text }),
    env: Object.fromEntries(
      [...entriesOf(root, 'env')].map(([name, { value }]) => [name, textOrSecret(value)] as const),
    ),
    pass: scalarsIn(root.entries.get('pass')?.value).map(({ text }) => text),
  };
}

/** The file of the step that a path names as a program. */
function ownFile(written: string, staged: readonly string[]): string | undefined {
  const name = posix.normalize(written);
  return written.includes('/') && staged.includes(name) ? name : undefined;
}

/** Where each input that is a file is put: as it says, else under its own name. */
function placesOf(
  root: Mapping,
  inputs: Inputs,
  staged: readonly string[],
  problems: Problems,
): { readonly [input: string]: string } {
  const places = new Map<string, string>();
  for (const [name, field] of Object.entries(inputs)) {
    if (!isFile(field.kind === 'list' || field.kind === 'map' ? field.of : field)) continue;
    const { key, value } = entriesOf(root, 'inputs').get(name)!;
    const file = value.kind === 'map' ? scalarAt(value, 'file') : undefined;
    const place = file?.text ?? name;
    const at = file?.span ?? key.span;
    const wrong = wrongFileName(place);
    const taken =
      place === INPUTS_FILE || staged.includes(place)
        ? 'a file of that name is in the working folder already'
        : [...places.values()].includes(place)
          ? 'another input has that file'
          : undefined;
    if (wrong !== undefined || taken !== undefined)
      problems.add('bad-file-name', at, `input ${name}: ${wrong ?? `${place}: ${taken}`}`);
    else places.set(name, place);
  }
  return Object.fromEntries(places);
}

function isFile({ kind }: InputField): boolean {
  return kind === 'artifact' || kind === 'file';
}

/** Kinds that one argument can hold. */
const SAID: ReadonlySet<InputField['kind']> = new Set([
  'quantity',
  'integer',
  'number',
  'boolean',
  'text',
  'choice',
  'artifact',
  'file',
]);

function checkArgument({ text, span }: Scalar, inputs: Inputs, problems: Problems): void {
  for (const [written, name = ''] of text.matchAll(PLACEHOLDER)) {
    const field = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
    const why =
      field === undefined
        ? `there is no input ${name}${didYouMean(name, Object.keys(inputs), 'inputs')}`
        : !SAID.has(field.kind)
          ? `a ${field.kind} fits into no argument; let the program read ${INPUTS_FILE}, which holds all inputs`
          : field.optional === true && !('default' in field)
            ? `${name} is optional, so there may be nothing to put here; give it a default, or let the program read ${INPUTS_FILE}`
            : undefined;
    if (why !== undefined) problems.add('unknown-placeholder', span, `${written}: ${why}`);
  }
}

function scalarsIn(node: Node | undefined): readonly Scalar[] {
  return node?.kind === 'list' ? node.items.filter((each) => each.kind === 'scalar') : [];
}

function textOrSecret(node: Node): string | { readonly secret: string } {
  if (node.kind === 'scalar') return node.text;
  return { secret: node.kind === 'map' ? (scalarAt(node, 'secret')?.text ?? '') : '' };
}

function textOf(binding: Binding): string {
  return binding.kind === 'literal' ? String(binding.value) : '';
}

function literal(value: string | { readonly secret: string }, span: Span): Binding {
  return { kind: 'literal', value, span };
}

function asLiteral({ text, span }: Scalar): Binding {
  return literal(text, span);
}

function fileAt(folder: string, name: string, span: Span): Binding {
  return { kind: 'file', path: join(folder, name), span };
}

function listOf(items: readonly Binding[]): Binding {
  return { kind: 'list', items, span: items[0]?.span ?? NOWHERE };
}

function mapOf(entries: readonly (readonly [string, Binding])[]): Binding {
  return { kind: 'map', entries: Object.fromEntries(entries), span: NOWHERE };
}

/** Of what a step file leaves out. */
const NOWHERE: Span = { file: '', start: 0, end: 0 };
