/**
 * The training of a committee: blocks of updates, validation on the way, and the best of what was.
 *
 * Nothing depends on how updates are cut into blocks, on the number of threads, or on being
 * stopped and continued from a checkpoint.
 */
import * as layout from '../kernels/assembly/training-layout.ts';
import type { Precision } from '../kernels/writer.ts';
import type { Model } from '../potentials/deep/model.ts';
import type { Frame } from '../structure/frame.ts';
import { examplesOf } from './examples.ts';
import { checkWeights, type GroupWeights } from './group-weights.ts';
import { type Residuals, TrainingKernel } from './kernel.ts';
import { withParameters } from './parameters.ts';
import { dealer, decayOf, type Prefactors, type Ramp } from './schedule.ts';
import { TrainingError } from './training-error.ts';

/**
 * `adam`: its rate falls as the schedule says, and a member is its parameters. `averaged-adam`:
 * the rate stays at its first value, and a member is the average over the last part of its path.
 * The weights of the loss move with the schedule's rate in both.
 */
export type Optimiser = 'adam' | 'averaged-adam';

export interface TrainingPlan {
  readonly optimiser: Optimiser;
  readonly precision: Precision;
  /** Frames of an update. */
  readonly batch: number;
  /** Of each member. */
  readonly updates: number;
  /** Member k meets its frames in an order that depends on (seed, k) alone. */
  readonly seed: number;
  readonly rate: Ramp;
  readonly prefactors: Prefactors;
  readonly weights: GroupWeights;
  /** Updates between two looks at the validation frames. */
  readonly validateEvery: number;
  /** A member ends after so many updates without a better validation; null: never. */
  readonly patience: number | null;
}

/** Root mean square errors over frames. */
export interface Errors {
  /** eV/atom */
  readonly energy: number;
  /** eV/Å */
  readonly force: number;
  /** eV/atom, of a component; null where no frame has a virial */
  readonly virial: number | null;
}

/** One look at a member. */
export interface CurvePoint {
  readonly update: number;
  /** Of the frames trained on since the last look, each before its update; null at the start. */
  readonly training: Errors | null;
  readonly validation: Errors;
  /** Mean validation loss with the prefactors' last values, weighted: by it a model is kept. */
  readonly loss: number;
}

/** How a member has fared. */
export interface MemberProgress {
  readonly curve: readonly CurvePoint[];
  /** The best point of the curve. */
  readonly best: CurvePoint;
  /** Patience has run out. */
  readonly ended: boolean;
}

/** What `checkpoint` gives: numbers, and arrays of them by name. */
export interface TrainingState {
  readonly done: number;
  readonly progress: readonly MemberProgress[];
  readonly arrays: { readonly [name: string]: Float64Array };
}

/** Of a member, what a continuation needs to know of the kernel's numbers. */
const SCALARS = [layout.X_RATE, layout.X_UPDATES + 1] as const;

export class Training {
  readonly #plan: TrainingPlan;
  readonly #start: Model;
  readonly #kernel: TrainingKernel;
  readonly #deals: readonly ReturnType<typeof dealer>[];
  readonly #validation: Uint32Array;
  readonly #best: Float64Array[];
  #progress: readonly MemberProgress[];
  #done = 0;

  /**
   * @param start  the members before the first update
   * @param resume what `state` gave with the same start, frames and plan
   * @throws TrainingError for frames that the model cannot take, and weights that do not fit them
   */
  constructor(
    start: Model,
    train: readonly Frame[],
    validation: readonly Frame[],
    plan: TrainingPlan,
    resume?: TrainingState,
  ) {
    this.#plan = plan;
    this.#start = start;
    checkWeights(plan.weights, train, validation);
    const examples = examplesOf([...train, ...validation], start, plan.weights);
    this.#kernel = new TrainingKernel(start, examples, plan.batch, plan.precision);
    this.#validation = Uint32Array.from(validation, (_, k) => train.length + k);
    this.#deals = start.members.map((_, k) => dealer(train.length, plan.seed, k));
    const { members } = this.#kernel;
    this.#best = members.map(({ parameters }) => Float64Array.from(parameters));
    for (const { words, average, parameters } of members) {
      words[layout.C_AVERAGED] = this.#averaged ? 1 : 0;
      average.set(parameters);
    }
    if (resume === undefined) {
      for (const { reals } of members) beginSchedule(reals, plan);
      this.#progress = members.map((_, k) => {
        const point = this.#look(k);
        return { curve: [point], best: point, ended: false };
      });
    } else {
      this.#done = resume.done;
      this.#progress = resume.progress;
      members.forEach((member, k) => {
        const { arrays } = resume;
        member.parameters.set(arrays[`${k} parameters`]);
        member.moment1.set(arrays[`${k} moment1`]);
        member.moment2.set(arrays[`${k} moment2`]);
        if (this.#averaged) member.average.set(arrays[`${k} average`]);
        member.reals.set(arrays[`${k} scalars`], SCALARS[0]);
        this.#best[k].set(arrays[`${k} best`]);
      });
    }
  }

  /** Updates done of each member that has not ended before. */
  get done(): number {
    return this.#done;
  }

  get finished(): boolean {
    return this.#done === this.#plan.updates || this.#progress.every(({ ended }) => ended);
  }

  get progress(): readonly MemberProgress[] {
    return this.#progress;
  }

  get #averaged(): boolean {
    return this.#plan.optimiser === 'averaged-adam';
  }

  setThreads(threads: number): void {
    this.#kernel.setThreads(threads);
  }

  close(): void {
    this.#kernel.close();
  }

  /**
   * Makes at most `most` updates of every member; fewer where validation or the end comes before.
   *
   * @throws TrainingError when a member's errors are no longer numbers
   */
  advance(most: number): void {
    const { updates, batch, validateEvery } = this.#plan;
    const look = validateEvery - (this.#done % validateEvery);
    const count = Math.min(most, look, updates - this.#done);
    const members = this.#kernel.members.flatMap((_, k) => (this.#progress[k].ended ? [] : [k]));
    const orders = members.map((k) => this.#deals[k](this.#done * batch, count * batch));
    this.#kernel.learn(members, orders);
    this.#done += count;
    if (count !== look && this.#done !== updates) return;
    this.#progress = this.#progress.map((progress, k) =>
      progress.ended ? progress : this.#judge(k, progress),
    );
  }

  /** Everything that a continuation needs; a copy. */
  state(): TrainingState {
    const arrays: { [name: string]: Float64Array } = {};
    this.#kernel.members.forEach((member, k) => {
      arrays[`${k} parameters`] = Float64Array.from(member.parameters);
      arrays[`${k} moment1`] = Float64Array.from(member.moment1);
      arrays[`${k} moment2`] = Float64Array.from(member.moment2);
      if (this.#averaged) arrays[`${k} average`] = Float64Array.from(member.average);
      arrays[`${k} scalars`] = member.reals.slice(...SCALARS);
      arrays[`${k} best`] = this.#best[k].slice();
    });
    return { done: this.#done, progress: this.#progress, arrays };
  }

  /** Every member as it was at its best validation. */
  model(): Model {
    return {
      ...this.#start,
      members: this.#start.members.map((member, k) =>
        withParameters(this.#kernel.plan, member, this.#best[k]),
      ),
    };
  }

  #judge(k: number, { curve, best }: MemberProgress): MemberProgress {
    const point = this.#look(k);
    const better = point.loss < best.loss;
    if (better) {
      const { parameters, average } = this.#kernel.members[k];
      this.#best[k].set(this.#averaged ? average : parameters);
    }
    const { patience } = this.#plan;
    return {
      curve: [...curve, point],
      best: better ? point : best,
      ended: patience !== null && !better && point.update - best.update >= patience,
    };
  }

  /** What a member, as it would be handed on, gets wrong on the validation frames. */
  #validate(k: number): Residuals {
    const { reals, words } = this.#kernel.members[k];
    const [rate, parameters] = [reals[layout.X_RATE], words[layout.C_PARAMETERS]];
    // At a rate of zero the loss has the prefactors' last values.
    reals[layout.X_RATE] = 0;
    if (this.#averaged) words[layout.C_PARAMETERS] = words[layout.C_AVERAGE];
    const residuals = this.#kernel.residuals(k, this.#validation);
    reals[layout.X_RATE] = rate;
    words[layout.C_PARAMETERS] = parameters;
    return residuals;
  }

  /** Validates a member and begins new sums of its training errors. */
  #look(k: number): CurvePoint {
    const training = this.#kernel.sums(k);
    this.#kernel.clear(k);
    const validation = this.#validate(k);
    const loss = validation.loss / validation.frames;
    if (!Number.isFinite(loss)) {
      throw new TrainingError(
        `member ${k + 1} has diverged by update ${this.#done}: its errors are no longer numbers; a lower learning rate would help`,
      );
    }
    return {
      update: this.#done,
      training: training.frames === 0 ? null : errorsOf(training),
      validation: errorsOf(validation),
      loss,
    };
  }
}

function beginSchedule(reals: Float64Array, { rate, prefactors, updates }: TrainingPlan): void {
  const ramps = [prefactors.energy, prefactors.force, prefactors.virial];
  reals[layout.X_RATE] = rate.start;
  reals[layout.X_START_RATE] = rate.start;
  reals[layout.X_DECAY] = decayOf(rate, updates);
  reals[layout.X_POWER1] = 1;
  reals[layout.X_POWER2] = 1;
  reals.set(
    [...ramps.map(({ start }) => start), ...ramps.map(({ end }) => end)],
    layout.X_PREFACTORS,
  );
}

function errorsOf({ frames, energy, force, virial, virials }: Residuals): Errors {
  return {
    energy: Math.sqrt(energy / frames),
    force: Math.sqrt(force / frames),
    virial: virials === 0 ? null : Math.sqrt(virial / virials),
  };
}
