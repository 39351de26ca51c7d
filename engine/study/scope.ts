/**
 * What is written in a study and in the protocols that it uses, and what names mean there.
 *
 * Every file is a scope of its own; every use of a protocol is another one, in which `$inputs`
 * means what the step that uses it gives. What a protocol's steps are repeated over is the matrix
 * of that step, and of the steps around it: the outer matrices.
 */
import type { DeclaredInput } from './declared-inputs.ts';
import type { DeclaredOutput } from './declared-outputs.ts';
import type { Retry, Span, Task } from './expanded.ts';
import { type Matrix, type Positions, positionsOf } from './matrix.ts';
import type { Entry, Node, Scalar } from './node.ts';
import type { StepType } from './own-step.ts';

export interface Scope {
  /** Absolute folder from which the file's paths start. */
  readonly folder: string;
  readonly parameters: ReadonlyMap<string, Node>;
  readonly sets: ReadonlyMap<string, Node>;
  /** In the order of the file. */
  readonly steps: ReadonlyMap<string, Step>;
  /** The use of the protocol that this is; null for the study. */
  readonly use: Use | null;
}

/** What the steps of a protocol know of the step that uses it. */
export interface Use {
  readonly site: Site;
  readonly protocol: string;
  readonly declared: ReadonlyMap<string, DeclaredInput>;
  readonly repeat: Repeat | undefined;
  /** A step type repeated is a protocol of one step, which has no name of its own. */
  readonly isStep: boolean;
}

/** A step that is done again until a condition holds. */
export interface Repeat {
  /** One axis, `turn`, whose labels count from 1. */
  readonly turns: Matrix;
  /** Inputs of every further turn, from `$outputs` of the one before. */
  readonly carry: ReadonlyMap<string, Entry>;
  readonly until: Node;
}

/** Where something is written: a step, or the outputs of a protocol. */
export interface Site {
  /** In its file. */
  readonly name: string;
  /** In the study: `melting/middle`. */
  readonly path: string;
  readonly span: Span;
  readonly scope: Scope;
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
}

export type Step = CheckedStep | Call;

/** A step that uses a step type. */
export interface CheckedStep extends Site {
  readonly kind: 'step';
  readonly uses: string;
  /** Undefined if the step type is unknown, which has been reported. */
  readonly interface: StepType | undefined;
  readonly resources: Task['resources'];
  readonly partial: boolean;
  readonly timeout: number | null;
  readonly retry: Retry | undefined;
  /** `exec` only. */
  readonly declared: { readonly [name: string]: DeclaredOutput } | undefined;
}

/** A step that uses a protocol, or that is repeated. */
export interface Call extends Site {
  readonly kind: 'call';
  readonly repeat: Repeat | undefined;
  /** Undefined if the protocol cannot be read, which has been reported. */
  readonly inner: Inner | undefined;
}

export interface Inner {
  readonly scope: Scope;
  readonly declared: ReadonlyMap<string, DeclaredInput>;
  readonly outputs: ReadonlyMap<string, Entry>;
  /** Where its outputs are written. */
  readonly end: Site;
}

/** Which task of a site is meant. */
export interface Place {
  readonly site: Site;
  /** Element of each outer matrix, from the outside in. */
  readonly outer: readonly number[];
  /** Position on each axis of the site's own matrix. */
  readonly positions: Positions;
  /** Which turn of the repeated step at this site `$outputs` means; null for none. */
  readonly turn: number | null;
  /** The input, as messages name it. */
  readonly subject: string;
}

/** The step that uses the protocol of this place, in its own file; `turn` is the one we are in. */
export function placeOutside(place: Place): Place | undefined {
  const { use } = place.site.scope;
  if (use?.site.matrix === undefined) return undefined;
  const { site, repeat } = use;
  const outer = repeat === undefined ? place.outer : place.outer.slice(0, -1);
  return {
    ...place,
    site,
    outer: outer.slice(0, -1),
    positions: positionsOf(use.site.matrix, outer.at(-1)!),
    turn: repeat === undefined ? null : place.outer.at(-1)!,
  };
}

/** The outputs of a protocol, used in element number `element` of its matrix, in that turn. */
export function placeInside(
  inner: Inner,
  element: number,
  turn: number | null,
  place: Place,
): Place {
  const outer = [...place.outer, element, ...(turn === null ? [] : [turn])];
  return { ...place, site: inner.end, outer, positions: [], turn: null };
}

/** Matrices around a site, from the outside in, without its own; undefined if one is wrong. */
export function outerMatrices(site: Site): readonly Matrix[] | undefined {
  const { use } = site.scope;
  if (use === null) return [];
  const before = outerMatrices(use.site);
  return before === undefined || use.site.matrix === undefined
    ? undefined
    : [...before, use.site.matrix, ...(use.repeat === undefined ? [] : [use.repeat.turns])];
}

/** For each outer matrix the path of the step whose turns it counts; null for the others. */
export function turnsAround(site: Site): readonly (string | null)[] {
  const { use } = site.scope;
  if (use === null) return [];
  return [...turnsAround(use.site), null, ...(use.repeat === undefined ? [] : [use.site.path])];
}

/** Number of tasks that a step has; 0 if it is wrong. */
export function sizeOf(site: Site): number {
  const outer = outerMatrices(site);
  if (outer === undefined || site.matrix === undefined) return 0;
  return outer.reduce((product, { size }) => product * size, site.matrix.size);
}

/** Position of an element among all tasks of a site. */
export function taskNumber(site: Site, outer: readonly number[], element: number): number {
  const matrices = outerMatrices(site)!;
  const before = outer.reduce((number, each, k) => number * matrices[k]!.size + each, 0);
  return before * site.matrix!.size + element;
}

/** All steps of a scope and of the protocols used there, in the order of the files. */
export function* stepsIn(scope: Scope): Iterable<CheckedStep> {
  for (const step of scope.steps.values()) yield* tasksOf(step);
}

/** The steps that a step comes down to: itself, or those of its protocol. */
export function* tasksOf(step: Step): Iterable<CheckedStep> {
  if (step.kind === 'step') yield step;
  else if (step.inner !== undefined) yield* stepsIn(step.inner.scope);
}
