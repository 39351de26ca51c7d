/**
 * The checked study: parameters after profile and `--set`, sets, steps with their interfaces
 * and axes. What is wrong with one part is reported and left out; the rest is still checked.
 */
import type { StepInterface } from '../step.ts';
import type { AxisValues } from './axis.ts';
import { type DeclaredOutput, readDeclared } from './declared-outputs.ts';
import type { Problems } from './diagnostic.ts';
import { execInterface } from './exec-interface.ts';
import type { Retry, Span, Task } from './expanded.ts';
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
import { readParameters } from './parameters.ts';
import { said } from './references.ts';
import { readResources, readRetry, readTimeout } from './step-options.ts';
import { didYouMean } from './suggest.ts';

export interface CheckedStudy {
  readonly name: string;
  readonly parameters: ReadonlyMap<string, Node>;
  readonly sets: ReadonlyMap<string, Node>;
  /** In the order of the file. */
  readonly steps: ReadonlyMap<string, CheckedStep>;
}

export interface CheckedStep {
  readonly name: string;
  readonly span: Span;
  readonly uses: string;
  /** Undefined if the step type is unknown, which has been reported. */
  readonly interface: StepInterface | undefined;
  readonly inputs: ReadonlyMap<string, Entry>;
  /** False if `with` is wrong as a whole, which has been reported. */
  readonly inputsKnown: boolean;
  /** Undefined if it is wrong, which has been reported. */
  readonly matrix: Matrix | undefined;
  /** Names of the axes, those that are wrong included. */
  readonly axisNames: readonly string[];
  /** Their values as written. */
  readonly axisNodes: readonly Node[];
  readonly when: Node | undefined;
  readonly after: readonly Scalar[];
  readonly resources: Task['resources'];
  readonly partial: boolean;
  readonly timeout: number | null;
  readonly retry: Retry | undefined;
  /** `exec` only. */
  readonly declared: { readonly [name: string]: DeclaredOutput } | undefined;
}

export interface Choices {
  readonly registry: readonly StepInterface[];
  readonly profile: string | undefined;
  readonly set: readonly string[];
}

/** Takes a study apart whose shape has been checked. */
export function readDocument(root: Mapping, choices: Choices, problems: Problems): CheckedStudy {
  const parameters = readParameters(root, choices, problems);
  const sets = new Map<string, Node>();
  for (const [name, { value }] of entriesOf(root, 'sets')) sets.set(name, value);
  const types = new Map(choices.registry.map((each) => [each.type, each] as const));
  const steps = new Map<string, CheckedStep>();
  const reader = new StepReader(types, parameters, sets, problems);
  for (const [name, { key, value }] of entriesOf(root, 'steps')) {
    if (RESERVED.includes(name))
      problems.add(
        'bad-name',
        key.span,
        `${name} means something in expressions; call the step otherwise`,
      );
    else if (value.kind === 'map') steps.set(name, reader.step(name, key, value));
  }
  const study = root.entries.get('study')?.value;
  return { name: study?.kind === 'scalar' ? study.text : '', parameters, sets, steps };
}

class StepReader {
  readonly #types: ReadonlyMap<string, StepInterface>;
  readonly #parameters: ReadonlyMap<string, Node>;
  readonly #sets: ReadonlyMap<string, Node>;
  readonly #problems: Problems;

  constructor(
    types: ReadonlyMap<string, StepInterface>,
    parameters: ReadonlyMap<string, Node>,
    sets: ReadonlyMap<string, Node>,
    problems: Problems,
  ) {
    this.#types = types;
    this.#parameters = parameters;
    this.#sets = sets;
    this.#problems = problems;
  }

  step(name: string, key: Scalar, text: Mapping): CheckedStep {
    const value = (field: string): Node | undefined => text.entries.get(field)?.value;
    const uses = value('uses');
    const type = uses?.kind === 'scalar' ? uses.text : '';
    const isExec = type === EXEC;
    const known = isExec ? true : this.#types.get(type) !== undefined;
    if (!known && uses?.kind === 'scalar')
      this.#problems.add(
        'unknown-step-type',
        uses.span,
        `there is no step type ${type}${didYouMean(type, [...this.#types.keys(), EXEC], 'step types')}`,
      );
    if (known && !isExec)
      for (const only of ['outputs', 'timeout']) {
        const entry = text.entries.get(only);
        if (entry !== undefined)
          this.#problems.add(
            'exec-only',
            entry.key.span,
            `only steps that use exec have ${only}; leave it out`,
          );
      }
    const declared = isExec ? readDeclared(name, key, text, this.#problems) : undefined;
    const after = value('after');
    const partial = value('partial');
    const written = writtenMatrix(text);
    return {
      name,
      span: key.span,
      uses: type,
      interface: declared === undefined ? this.#types.get(type) : execInterface(declared),
      inputs: entriesOf(text, 'with'),
      inputsKnown: (value('with')?.kind ?? 'map') === 'map',
      matrix: text.entries.has('matrix') ? this.#matrix(text, key.span) : NO_MATRIX,
      axisNames: axisNamesOf(written),
      axisNodes: [...written.axes.map(({ value }) => value), ...written.include],
      when: value('when'),
      after: (after?.kind === 'list' ? after.items : after === undefined ? [] : [after]).filter(
        (each) => each.kind === 'scalar',
      ),
      resources: readResources(name, value('resources'), this.#problems),
      partial: partial?.kind === 'scalar' && jsonOf(partial) === true,
      timeout: readTimeout(value('timeout'), this.#problems),
      retry: readRetry(value('retry'), this.#problems),
      declared,
    };
  }

  #matrix(text: Mapping, at: Span): Matrix | undefined {
    return readMatrix(text, at, (axis, node) => this.#valuesOf(axis, node), this.#problems);
  }

  #valuesOf(axis: string, value: Node): AxisValues | undefined {
    if (value.kind !== 'scalar') return { values: value, source: null };
    const meaning = said(value);
    if (meaning.kind === 'reference') {
      const { root, path, text } = meaning.reference;
      const [only] = path;
      if (path.length === 1 && only !== undefined && (root === 'sets' || root === 'params')) {
        const values = (root === 'sets' ? this.#sets : this.#parameters).get(only);
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
