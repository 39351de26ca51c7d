import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type Finished,
  type Hooks,
  type Program,
  type ProgramEnding,
  runProgram,
  type Segment,
} from '../../physics/dynamics/program.ts';
import { cloneState, encodeState } from '../../physics/dynamics/state.ts';
import { thermoColumn, thermoRecorder, writeThermo } from '../../physics/dynamics/thermo.ts';
import { maxwellBoltzmann } from '../../physics/dynamics/velocities.ts';
import { type ForceField, PotentialError } from '../../physics/potentials/force-field.ts';
import { fcc } from '../oracle/lattices.ts';
import { lennardJones } from '../oracle/lennard-jones.ts';

const programs = suite('simulations in segments');

const members = [0.15, 0.16].map((epsilon) =>
  lennardJones({ epsilon, sigma: 2.3, cutoff: 3.6, smooth: true }),
);
const field: Hooks['field'] = (member) => members[member]!;

/** Heat, then one stretch for each member; the hotter the first ended, the fewer follow. */
const program: Program = (done) => {
  const common = { timestep: 2, recorders: [thermoRecorder(2, 5)] };
  const heat: Segment = {
    ...common,
    name: 'heat',
    member: 0,
    steps: 120,
    ensemble: { kind: 'nvt', temperature: { from: 300, to: 900, begin: 0, end: 120 } },
    start: () => {
      const state = fcc(2, 3.7);
      maxwellBoltzmann(state, 300, 5);
      return state;
    },
  };
  if (done.length === 0) return heat;
  if (done.length > 2) return null;
  return {
    ...common,
    name: `hold ${done.length}`,
    member: done.length - 1,
    steps: 70,
    ensemble: { kind: 'npt', temperature: 900, pressure: 0, coupling: 'iso' },
    start: () => cloneState(done[0]!.state),
  };
};

function bytesOf(ending: ProgramEnding): string {
  assert.is(ending.kind, 'finished');
  return ending.done
    .map(({ state }) => Buffer.from(encodeState(state)).toString('base64'))
    .join()
    .concat(writeThermo(ending.done));
}

programs('continue from any saved block to the same bits', async () => {
  const saved: Uint8Array[] = [];
  const whole = await runProgram(program, {
    field,
    between: (_, save) => {
      saved.push(save());
    },
  });
  assert.is(saved.length, 7);
  for (const resume of [saved[0]!, saved[2]!, saved[3]!, saved[5]!])
    assert.is(bytesOf(await runProgram(program, { field, resume })), bytesOf(whole));
});

programs('a run that is stopped between blocks hands the error on', async () => {
  const stop = new Error('asked to stop');
  let seen = 0;
  try {
    await runProgram(program, {
      field,
      between: ({ segment, step, temperature, volume }) => {
        assert.is(segment.name, 'heat');
        assert.is(step, 50);
        assert.ok(temperature > 0 && volume > 0);
        seen += 1;
        throw stop;
      },
    });
    assert.unreachable();
  } catch (error) {
    assert.is(error, stop);
  }
  assert.is(seen, 1);
});

programs('displacements count from the start of each segment', async () => {
  const { done } = await runProgram(program, { field });
  for (const segment of done) {
    const msd = thermoColumn(segment, 'msd_A2');
    assert.ok(msd[0] < 0.05, `${segment.name} ${msd[0]}`);
  }
  assert.is(done[0]!.rows.thermo!.length, 24 * 7);
});

programs('a check that refuses ends the program with its frame', async () => {
  const ending = await runProgram(
    (done) => {
      const segment = program(done);
      if (segment === null || 'stop' in segment) return segment;
      const refuse = {
        name: 'check',
        every: 10,
        columns: 1,
        row: ({ step }: { step: number }) => (step === 30 ? 'enough of it' : null),
      };
      return { ...segment, recorders: [refuse] };
    },
    { field },
  );
  assert.is(ending.kind, 'runaway');
  if (ending.kind !== 'runaway') return;
  assert.is(ending.reason, 'heat, step 30: enough of it');
  assert.is(ending.last.state.step, 30);
});

programs('what a potential refuses, at a step or when it is watched, is a runaway', async () => {
  const watched = (done: readonly Finished[]) => {
    const segment = program(done);
    if (segment === null || 'stop' in segment) return segment;
    const refuse = {
      name: 'watch',
      every: 10,
      columns: 1,
      row: ({ step }: { step: number }) => {
        if (step === 20) throw new PotentialError('too dense');
        return null;
      },
    };
    return { ...segment, recorders: [refuse] };
  };
  const atWatch = await runProgram(watched, { field });
  assert.is(atWatch.kind === 'runaway' && atWatch.reason, 'heat, step 20: too dense');

  let calls = 0;
  const refusing = {
    ...members[0]!,
    compute: (...at: Parameters<ForceField['compute']>) => {
      calls += 1;
      if (calls === 5) throw new PotentialError('too close');
      return members[0]!.compute(...at);
    },
  };
  const atStep = await runProgram(program, { field: () => refusing });
  assert.is(atStep.kind === 'runaway' && atStep.reason, 'heat, step 3: too close');
});

programs.run();
