/** A hundred kills of real runs; `node bench/kill.ts 1000` does more of them. */
import { suite } from 'uvu';
import { drawing } from './in-process.ts';
import { KillRounds } from './kill-rounds.ts';

const kills = suite('kills at random instants');

kills('tear nothing, lose nothing and leave nobody behind: a hundred of them', async () => {
  const seed = Date.now() % 1_000_000;
  console.log(`seed ${seed}`);
  const draw = drawing(seed);
  const rounds = new KillRounds();
  for (let k = 0; k < 100; k++) await rounds.round(k, draw);
  rounds.close();
});

kills.run();
