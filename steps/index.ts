/** The registry of built-in step types: what the CLI hands to the engine. */
import type { StepInterface } from '../engine/step.ts';
import { coexistence } from './coexistence/interface.ts';
import { compare } from './compare/interface.ts';
import { dftImport } from './dft-import/interface.ts';
import { evaluate } from './evaluate/interface.ts';
import { lattice } from './lattice/interface.ts';
import { lennardJones } from './lennard-jones/interface.ts';
import { md } from './md/interface.ts';
import { modelImport } from './model-import/interface.ts';
import { npt } from './npt/interface.ts';
import { train } from './train/interface.ts';
import { viscosity } from './viscosity/interface.ts';

export const steps: readonly StepInterface[] = [
  { ...dftImport, load: () => import('./dft-import/run.ts') },
  { ...train, load: () => import('./train/run.ts') },
  { ...evaluate, load: () => import('./evaluate/run.ts') },
  { ...modelImport, load: () => import('./model-import/run.ts') },
  { ...lennardJones, load: () => import('./lennard-jones/run.ts') },
  { ...lattice, load: () => import('./lattice/run.ts') },
  { ...md, load: () => import('./md/run.ts') },
  { ...npt, load: () => import('./npt/run.ts') },
  { ...viscosity, load: () => import('./viscosity/run.ts') },
  { ...coexistence, load: () => import('./coexistence/run.ts') },
  { ...compare, load: () => import('./compare/run.ts') },
];

export type { Evaluation, MadeFile, ModelDescription, NamedBytes } from './model-files/index.ts';
/** What `curie model` does, loaded when it is called. */
export const modelFiles = () => import('./model-files/index.ts');
