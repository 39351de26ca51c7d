/**
 * Files -> scopes: parameters after profile and `--set`, sets, steps with their interfaces and
 * axes, protocols used. What is wrong with one part is reported and left out; the rest is still
 * checked.
 */
import { dirname, join, resolve } from 'node:path';
import type { StepDeclaration } from '../step.ts';
import type { AxisValues } from './axis.ts';
import { type DeclaredInput, readInputs } from './declared-inputs.ts';
import { readDeclared } from './declared-outputs.ts';
import type { Problems, ReadFile } from './diagnostic.ts';
import { execInterface } from './exec-interface.ts';
import type { Span } from './expanded.ts';
import { axisNamesOf, type Matrix, NO_MATRIX, readMatrix, writtenMatrix } from './matrix.ts';
import { EXEC, RESERVED } from './names.ts';
import {
  describe,
  type Entry,
  entriesOf,
  jsonOf,
  type Mapping,
  type Node,
  type Scalar,
} from './node.ts';
import { namesFolder, type StepType } from './own-step.ts';
import type { OwnSteps } from './own-steps.ts';
import { type Choices, readParameters } from './parameters.ts';
import { said } from './references.ts';
import { readRepeat } from './repeat.ts';
import type { Call, CheckedStep, Inner, Repeat, Scope, Site, Step, Use } from './scope.ts';
import { readSource } from './source-file.ts';
import { readResources, readRetry, readTimeout } from './step-options.ts';
import { didYouMean } from './suggest.ts';

export interface DocumentOptions extends Choices {
  readonly registry: readonly StepDeclaration[];
  readonly read: ReadFile;
}

/**
 * Takes a study apart whose shape has been checked, and the protocols that it uses.
 *
 * @param own  where the study's own steps are found
 */
export function readDocument(
  root: Mapping,
  file: string,
  options: DocumentOptions,
  own: OwnSteps,
  problems: Problems,
): Scope {
  const parameters = readParameters(root, options, problems);
  const files = new Protocols(options.read, problems);
  const types = new Map(options.registry.map((each) => [each.type, each] as const));
  return new ScopeReader(types, files, own, problems).scope(root, [file], parameters, null);
}

/** A protocol as its file has it, whoever uses it. */
interface Protocol {
  readonly name: string;
  readonly root: Mapping;
  readonly declared: ReadonlyMap<string, DeclaredInput>;
}

/** Protocol files, each read once. */
class Protocols {
  readonly #read: ReadFile;
  readonly #problems: Problems;
  readonly #known = new Map<string, Protocol | undefined>();

  constructor(read: ReadFile, problems: Problems) {
    this.#read = read;
    this.#problems = problems;
  }

  /** The protocol in a file; undefined, reported, if it is none. */
  in(file: string, at: Span): Protocol | undefined {
    if (this.#known.has(file)) return this.#known.get(file);
    const root = readSource(file, 'protocol', at, this.#read, this.#problems);
    const name = root?.entries.get('protocol')?.value;
    const protocol = root && {
      name: name?.kind === 'scalar' ? name.text : file,
      root,
      declared: readInputs(root, this.#problems),
    };
    this.#known.set(file, protocol);
    return protocol;
  }
}

class ScopeReader {
  readonly #types: ReadonlyMap<string, StepDeclaration>;
  readonly #protocols: Protocols;
  readonly #own: OwnSteps;
  readonly #problems: Problems;

  constructor(
    types: ReadonlyMap<string, StepDeclaration>,
    protocols: Protocols,
    own: OwnSteps,
    problems: Problems,
  ) {
    this.#types = types;
    this.#protocols = protocols;
    this.#own = own;
    this.#problems = problems;
  }

  /** @param files  from the study to this one, each used by the one before */
  scope(
    root: Mapping,
    files: readonly string[],
    parameters: ReadonlyMap<string, Node>,
    use: Use | null,
  ): Scope {
    const sets = new Map<string, Node>();
    for (const [name, { value }] of entriesOf(root, 'sets')) sets.set(name, value);
    const steps = new Map<string, Step>();
    const folder = resolve(dirname(files.at(-1)!));
    const scope: Scope = { folder, parameters, sets, steps, use };
    for (const [name, { key, value }] of entriesOf(root, 'steps'))
      if (RESERVED.includes(name))
        this.#problems.add(
          'bad-name',
          key.span,
          `${name} means something in expressions; call the step otherwise`,
        );
      else if (value.kind === 'map') steps.set(name, this.#step(name, key, value, scope, files));
    return scope;
  }

  #step(name: string, key: Scalar, text: Mapping, scope: Scope, files: readonly string[]): Step {
    const site = this.#site(name, key, text, scope);
    const protocol = text.entries.get('protocol');
    const repeat = readRepeat(text);
    if (protocol === undefined)
      return repeat === undefined
        ? this.#checkedStep(site, key, text, files)
        : this.#repeatedStep(site, key, text, repeat, files);
    for (const word of ['uses', 'resources', 'partial', 'timeout', 'retry', 'outputs']) {
      const entry = text.entries.get(word);
      if (entry !== undefined)
        this.#problems.add(
          'protocol-only',
          entry.key.span,
          `step ${name} uses a protocol, whose steps have ${word} of their own; leave it out`,
        );
    }
    const inner = this.#inner(site, protocol.value, repeat, files);
    if (inner !== undefined && repeat !== undefined)
      for (const [input, { key }] of repeat.carry)
        if (!inner.declared.has(input))
          this.#problems.add(
            'unknown-input',
            key.span,
            `the protocol has no input ${input}${didYouMean(input, inner.declared.keys(), 'its inputs')}`,
          );
    return { ...site, kind: 'call', repeat, inner };
  }

  /** A step type that is repeated: a protocol of one step, which takes what it is given. */
  #repeatedStep(
    site: Site,
    key: Scalar,
    text: Mapping,
    repeat: Repeat,
    files: readonly string[],
  ): Call {
    const given = new Map([...repeat.carry, ...site.inputs]);
    const declared = new Map<string, DeclaredInput>();
    const steps = new Map<string, Step>();
    const { folder } = site.scope;
    const use: Use = { site, protocol: site.name, declared, repeat, isStep: true };
    const scope: Scope = { folder, parameters: new Map(), sets: new Map(), steps, use };
    const inputs = [...given].map(([name, entry]) => {
      const value = referenceTo(`inputs.${name}`, entry.value.span);
      return [name, { key: entry.key, value }] as const;
    });
    const own: Site = { ...site, ...NOWHERE, inputs: new Map(inputs), scope };
    const step = this.#checkedStep({ ...own, inputsKnown: site.inputsKnown }, key, text, files);
    steps.set(site.name, step);
    for (const name of given.keys()) {
      const field = step.interface?.inputs[name];
      if (field !== undefined) declared.set(name, { field, standard: undefined });
    }
    const outputs = Object.keys(step.interface?.outputs ?? {}).map(
      (name) => [name, { key, value: referenceTo(`${site.name}.${name}`, site.span) }] as const,
    );
    const end: Site = { ...own, inputs: new Map(), path: `${site.path}/` };
    return {
      ...site,
      kind: 'call',
      repeat,
      inner: { scope, declared, outputs: new Map(outputs), end },
    };
  }

  #site(name: string, key: Scalar, text: Mapping, scope: Scope): Site {
    const value = (field: string): Node | undefined => text.entries.get(field)?.value;
    const after = value('after');
    const written = writtenMatrix(text);
    const around = scope.use === null ? '' : `${scope.use.site.path}/`;
    return {
      name,
      path: `${around}${name}`,
      span: key.span,
      scope,
      inputs: entriesOf(text, 'with'),
      inputsKnown: (value('with')?.kind ?? 'map') === 'map',
      matrix: text.entries.has('matrix') ? this.#matrix(text, key.span, scope) : NO_MATRIX,
      axisNames: axisNamesOf(written),
      axisNodes: [...written.axes.map(({ value }) => value), ...written.include],
      when: value('when'),
      after: (after?.kind === 'list' ? after.items : after === undefined ? [] : [after]).filter(
        (each) => each.kind === 'scalar',
      ),
    };
  }

  #checkedStep(site: Site, key: Scalar, text: Mapping, files: readonly string[]): CheckedStep {
    const value = (field: string): Node | undefined => text.entries.get(field)?.value;
    const uses = value('uses');
    if (uses === undefined)
      this.#problems.add(
        'missing-key',
        key.span,
        `step ${site.name} lacks uses: the name of a step type`,
      );
    const written = uses?.kind === 'scalar' ? uses : undefined;
    const isExec = written?.text === EXEC;
    const declared = isExec ? readDeclared(site.name, key, text, this.#problems) : undefined;
    const type: StepType | undefined =
      declared === undefined ? written && this.#type(written, files) : execInterface(declared);
    if (type !== undefined && !isExec)
      this.#refuse(type.own?.command ? ['outputs'] : ['outputs', 'timeout'], text);
    const partial = value('partial');
    return {
      ...site,
      kind: 'step',
      uses: type?.type ?? written?.text ?? '',
      interface: type,
      resources: readResources(site.name, value('resources'), this.#problems),
      partial: partial?.kind === 'scalar' && jsonOf(partial) === true,
      timeout: readTimeout(value('timeout'), this.#problems),
      retry: readRetry(value('retry'), this.#problems),
      declared,
    };
  }

  /** The step type that `uses` names; undefined, reported, if there is none. */
  #type({ text, span }: Scalar, files: readonly string[]): StepType | undefined {
    if (namesFolder(text)) return this.#own.in(join(dirname(files.at(-1)!), text), span);
    const type = this.#types.get(text);
    if (type !== undefined) return type;
    const hint = text.includes('/')
      ? `; the folder of a step of your own begins with ./ or ../, such as ./${text}`
      : didYouMean(text, [...this.#types.keys(), EXEC], 'step types');
    return this.#problems.add('unknown-step-type', span, `there is no step type ${text}${hint}`);
  }

  #refuse(words: readonly string[], text: Mapping): void {
    for (const word of words) {
      const entry = text.entries.get(word);
      if (entry !== undefined)
        this.#problems.add(
          'exec-only',
          entry.key.span,
          word === 'outputs'
            ? 'only steps that use exec have outputs; leave it out'
            : `only steps that run a command have ${word}; leave it out`,
        );
    }
  }

  #inner(
    site: Site,
    named: Node,
    repeat: Repeat | undefined,
    files: readonly string[],
  ): Inner | undefined {
    if (named.kind !== 'scalar') return undefined;
    const file = join(dirname(files.at(-1)!), named.text);
    if (files.slice(1).includes(file))
      return this.#problems.add(
        'protocol-cycle',
        named.span,
        `protocol ${named.text} uses itself: ${[...files.slice(files.indexOf(file)), file].join(' -> ')}`,
      );
    const protocol = this.#protocols.in(file, named.span);
    if (protocol === undefined) return undefined;
    const { name, root, declared } = protocol;
    const parameters = readParameters(root, { profile: undefined, set: [] }, this.#problems);
    const use: Use = { site, protocol: name, declared, repeat, isStep: false };
    const scope = this.scope(root, [...files, file], parameters, use);
    const end: Site = {
      ...NOWHERE,
      name: `the outputs of ${name}`,
      path: `${site.path}/`,
      span: root.entries.get('outputs')?.key.span ?? root.span,
      scope,
    };
    return { scope, declared, outputs: entriesOf(root, 'outputs'), end };
  }

  #matrix(text: Mapping, at: Span, scope: Scope): Matrix | undefined {
    return readMatrix(text, at, (axis, node) => this.#valuesOf(axis, node, scope), this.#problems);
  }

  #valuesOf(axis: string, value: Node, { sets, parameters }: Scope): AxisValues | undefined {
    if (value.kind !== 'scalar') return { values: value, source: null };
    const meaning = said(value);
    if (meaning.kind === 'reference') {
      const { root, path, text } = meaning.reference;
      const [only] = path;
      if (path.length === 1 && only !== undefined && (root === 'sets' || root === 'params')) {
        const values = (root === 'sets' ? sets : parameters).get(only);
        // An unknown name is reported with all the others.
        return values === undefined ? undefined : { values, source: text };
      }
    }
    if (meaning.kind === 'reference' || meaning.kind === 'expression')
      this.#problems.add(
        'bad-axis',
        value.span,
        `the values of ${axis} are ${describe(value)}; expected a mapping from labels to values, a list, $sets.NAME or $params.NAME`,
      );
    return undefined;
  }
}

/** What the outputs of a protocol have of a step: nothing. */
const NOWHERE = {
  inputs: new Map<string, Entry>(),
  inputsKnown: true,
  matrix: NO_MATRIX,
  axisNames: [],
  axisNodes: [],
  when: undefined,
  after: [],
} as const;

function referenceTo(name: string, span: Span): Scalar {
  return { kind: 'scalar', text: `$${name}`, plain: false, span, textStart: null };
}
