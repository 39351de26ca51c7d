/**
 * Melting temperature of a Lennard-Jones crystal by the coexistence protocol, against the
 * literature: Broughton and Gilmer's smoothly cut form melts at T* = 0.617 at zero pressure
 * (J. Chem. Phys. 79, 5095 (1983); Davidchack and Laird, J. Chem. Phys. 118, 7651 (2003)).
 *
 *   node bench/melting-lj.ts [atoms, 800] [ps of each run, 20] [T* ..., 0.54 0.58 0.617 0.65 0.69]
 */
import { candidate } from '../physics/coexistence/candidates.ts';
import type { Candidate } from '../physics/coexistence/plan.ts';
import { coexistenceProgram } from '../physics/coexistence/program.ts';
import { evaluateCoexistence } from '../physics/coexistence/result.ts';
import { BOLTZMANN } from '../physics/constants.ts';
import { runProgram } from '../physics/dynamics/program.ts';
import { broughtonGilmer } from '../test/oracle/listed.ts';

const [atoms = 800, length = 20, ...given] = process.argv.slice(2).map(Number);
const reduced = given.length > 0 ? given : [0.54, 0.58, 0.617, 0.65, 0.69];
// Iron's size and strength, so that times and lengths of the protocol fit.
const epsilon = 0.25;
const sigma = 2.4;
const field = broughtonGilmer({ epsilon, sigma });
const kelvin = (t: number): number => (t * epsilon) / BOLTZMANN;
const cube = sigma * sigma * sigma;
const request = {
  composition: { Fe: 1 },
  atoms,
  seed: 1,
  range: [0.8 * cube, 1.2 * cube],
} as const;
const candidates: Candidate[] = [];
for (const kind of ['fcc', 'hcp', 'bcc'] as const) {
  const each = await candidate(field, kind, request);
  if (each !== null) candidates.push(each);
}
const plan = {
  candidates,
  temperatures: reduced.map((t) => Math.round(kelvin(t))),
  pressure: 0,
  length: length * 1000,
  timestep: 3,
  seed: 1,
  watch: {
    elements: ['Fe'],
    deviation: null,
    range: {
      volume: [0, 100] as const,
      nearest: [[null]],
      fractions: [[0, 1] as const],
      frames: 1,
    },
  },
};
let name = '';
const started = performance.now();
const ending = await runProgram(coexistenceProgram(plan), {
  field: () => field,
  between: ({ segment }) => {
    if (segment.name !== name)
      console.log(`${((performance.now() - started) / 1000).toFixed(0)} s  ${segment.name}`);
    name = segment.name;
  },
});
if (ending.kind !== 'finished') throw new Error(ending.reason);
const { solid, verdict, objections, runs } = evaluateCoexistence(plan, ending.done);
const star = (kelvins: number): string => ((kelvins * BOLTZMANN) / epsilon).toFixed(3);
console.log(
  `solid ${solid.kind}, ${solid.halves.metals} atoms; objections: ${objections.join('; ')}`,
);
verdict.runs.forEach((run, k) => {
  const slope = run.drift === null ? '-' : (1000 * run.drift.slope).toFixed(2);
  console.log(
    `T* ${star(run.temperature)}  ${slope} ± ${(1000 * (run.error ?? 0)).toFixed(2)} meV/atom/ps  ${run.direction}, ${runs[k]!.end}`,
  );
});
const { melting } = verdict;
console.log(
  melting === null
    ? verdict.reason
    : `T* of melting ${star(melting.value)} ± ${star(melting.error)} (literature 0.617)`,
);
