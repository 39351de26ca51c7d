/**
 * Kills engines and workers of real runs: `node bench/kill.ts [kills] [seed]`, 1000 by default.
 * What has to hold after each is in test/run/kill-rounds.ts; the suite does the first hundred.
 */
import { drawing } from '../test/run/in-process.ts';
import { KillRounds } from '../test/run/kill-rounds.ts';

const kills = Number(process.argv[2] ?? 1000);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
console.log(`${kills} kills, seed ${seed}`);
const rounds = new KillRounds();
const draw = drawing(seed);
const begin = performance.now();
for (let k = 0; k < kills; k++) {
  await rounds.round(k, draw);
  if ((k + 1) % 50 === 0)
    console.log(`${k + 1} kills survived, ${Math.round((performance.now() - begin) / 1000)} s`);
}
rounds.close();
console.log('nothing torn, nothing lost, nobody left behind');
