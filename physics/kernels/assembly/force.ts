/**
 * Energies, forces and virial of all atoms in two phases: each block of atoms gets its energies
 * and ∂E_i/∂r_ij; then each atom adds up what its neighbours' energies do to it. Blocks and every
 * order of summation are the same for any number of threads.
 */
import { barrier } from './barrier';
import { descriptor, reverseDescriptor, startA } from './force-descriptor';
import { environment, reverseEnvironment } from './force-environment';
import { fit } from './force-fitting';
import {
  N_ATOMS, N_BACK, N_FIRST, N_TYPES_OF, P_BARRIER, P_BLOCKS, P_BLOCK_COUNT,
  P_COUNTERS, P_DESCRIPTOR, P_ENERGIES, P_FAILED, P_FORCES, P_GRADIENT, P_LIST, P_NEAR, P_NEAREST,
  P_NEAR_COUNT, P_SEL, P_STATUS, P_TABLES, P_TYPES, P_VIRIALS, P_WIDTH, P_WORKSPACES, PX_CUTOFF,
  PX_REACH, ROW_VALUES, TABLE_BYTES, TOO_CLOSE, W_A, W_BINS, W_COUNTS, W_D, W_DE_DA, W_FIT_ENERGY,
  W_H, W_ROWS, W_VECTORS,
} from './force-layout';
import { embed, reverseEmbed } from './force-net';
import { addMoments, reverseMoments } from './force-table';
import { collect } from './near';
import { at, ptr, real, setWord, word } from './records';

/** Atoms gathered at a time. */
const SHARE: i32 = 32;

export function forces<T>(potential: usize, thread: i32, threads: i32): void {
  const workspace = ptr(ptr(potential, P_WORKSPACES), thread);
  const counters = ptr(potential, P_COUNTERS);
  const blocks = word(potential, P_BLOCK_COUNT);
  for (;;) {
    const block = atomic.add<i32>(counters, 1);
    if (block >= blocks) break;
    const place = ptr(potential, P_BLOCKS) + ((<usize>block) << 3);
    pass<T>(potential, workspace, block, word(place, 0), word(place, 1));
  }
  barrier(ptr(potential, P_BARRIER), threads);
  const atoms = word(ptr(potential, P_LIST), N_ATOMS);
  for (;;) {
    const first = atomic.add<i32>(counters, SHARE, 4);
    if (first >= atoms) break;
    for (let i = first; i < min(first + SHARE, atoms); i++) gather<T>(potential, i);
  }
}

/** Energies, own sums of forces and virial of a block; ∂E_i/∂r_ij to the candidates. */
function pass<T>(potential: usize, workspace: usize, block: i32, first: i32, atoms: i32): void {
  const types = word(potential, P_TYPES);
  const width = word(potential, P_WIDTH);
  const list = ptr(potential, P_LIST);
  const tables = ptr(potential, P_TABLES);
  const centre = word(ptr(list, N_TYPES_OF), first);
  const size = word(potential, P_DESCRIPTOR);
  const cutoff = real(potential, PX_CUTOFF);
  const limit = cutoff * cutoff;
  let row = 0;
  for (let k = 0; k < atoms; k++) {
    const atom = first + k;
    const counts = ptr(workspace, W_COUNTS) + ((<usize>(k * types)) << 2);
    const vectors = ptr(workspace, W_VECTORS) + ((<usize>row) << 5);
    const slots = ptr(potential, P_NEAR) + ((<usize>word(ptr(list, N_FIRST), atom)) << 2);
    const near = collect(list, atom, limit, types, vectors, slots, counts);
    setWord(ptr(potential, P_NEAR_COUNT), atom, near);
    // An atom without an answer ends the call; until then it counts as alone.
    if (check(potential, atom, near, vectors, counts) != 0) memory.fill(counts, 0, (<usize>types) << 2);
    const a = at<T>(ptr(workspace, W_A), k * 4 * width);
    startA<T>(potential, centre, counts, a);
    let energy = 0.0;
    for (let type = 0; type < types; type++) {
      const count = word(counts, type);
      if (count == 0) continue;
      const rows = at<T>(ptr(workspace, W_ROWS), row * ROW_VALUES);
      const bins = ptr(workspace, W_BINS) + ((<usize>row) << 2);
      energy += environment<T>(potential, centre, type, ptr(workspace, W_VECTORS) + ((<usize>row) << 5), rows, bins, count);
      const net = centre * types + type;
      if (tables == 0) embed<T>(potential, workspace, net, rows, row, count, a);
      else addMoments<T>(potential, workspace, k, type, tables + <usize>net * TABLE_BYTES, rows, bins, count, a);
      row += count;
    }
    store<f64>(ptr(potential, P_ENERGIES) + ((<usize>atom) << 3), energy);
    descriptor<T>(potential, a, at<T>(ptr(workspace, W_D), k * size));
  }
  fit<T>(potential, workspace, centre);
  const virial = ptr(potential, P_VIRIALS) + <usize>block * 72;
  memory.fill(virial, 0, 72);
  row = 0;
  for (let k = 0; k < atoms; k++) {
    const atom = first + k;
    const own = ptr(potential, P_ENERGIES) + ((<usize>atom) << 3);
    store<f64>(own, load<f64>(own) + load<f64>(ptr(workspace, W_FIT_ENERGY) + ((<usize>k) << 3)));
    const deDa = at<T>(ptr(workspace, W_DE_DA), k * 4 * width);
    reverseDescriptor<T>(potential, at<T>(ptr(workspace, W_A), k * 4 * width), at<T>(ptr(workspace, W_D), k * size), deDa);
    const force = ptr(potential, P_FORCES) + ((<usize>atom) << 5);
    memory.fill(force, 0, 32);
    let slots = ptr(potential, P_NEAR) + ((<usize>word(ptr(list, N_FIRST), atom)) << 2);
    for (let type = 0; type < types; type++) {
      const count = word(ptr(workspace, W_COUNTS), k * types + type);
      if (count == 0) continue;
      const rows = at<T>(ptr(workspace, W_ROWS), row * ROW_VALUES);
      if (tables == 0) reverseEmbed<T>(potential, workspace, rows, row, count, deDa);
      else reverseMoments<T>(potential, workspace, k, type, tables + <usize>(centre * types + type) * TABLE_BYTES, rows, ptr(workspace, W_BINS) + ((<usize>row) << 2), count, deDa);
      const vectors = ptr(workspace, W_VECTORS) + ((<usize>row) << 5);
      reverseEnvironment<T>(potential, slots, vectors, rows, ptr(workspace, W_H), count, force, virial);
      row += count;
      slots += (<usize>count) << 2;
    }
  }
}

/** Notes an atom that the potential cannot answer for, and its smallest r². */
function check(potential: usize, atom: i32, near: i32, vectors: usize, counts: usize): i32 {
  let nearest = Infinity;
  for (let k = 0; k < near; k++) nearest = min(nearest, load<f64>(vectors + ((<usize>k) << 5), 24));
  store<f64>(ptr(potential, P_NEAREST) + ((<usize>atom) << 3), nearest);
  const reach = real(potential, PX_REACH);
  let status = nearest < reach * reach ? TOO_CLOSE : 0;
  for (let type = word(potential, P_TYPES) - 1; type >= 0; type--) {
    const count = word(counts, type);
    if (count > word(ptr(potential, P_SEL), type)) status = 2 + type + (count << 8);
  }
  setWord(ptr(potential, P_STATUS), atom, status);
  if (status != 0) atomic.store<i32>(potential + ((<usize>P_FAILED) << 2), 1);
  return status;
}

/** F_i = Σ_j ∂E_i/∂r_ij - ∂E_j/∂r_ji; the first sum is there already. */
function gather<T>(potential: usize, atom: i32): void {
  const list = ptr(potential, P_LIST);
  const backs = ptr(list, N_BACK);
  const gradient = ptr(potential, P_GRADIENT);
  const first = word(ptr(list, N_FIRST), atom);
  let near = ptr(potential, P_NEAR) + ((<usize>first) << 2);
  const force = ptr(potential, P_FORCES) + ((<usize>atom) << 5);
  let xy = v128.load(force);
  let z = load<f64>(force, 16);
  for (let k = word(ptr(potential, P_NEAR_COUNT), atom); k > 0; k--, near += 4) {
    const back = word(backs, load<i32>(near));
    const g = at<T>(gradient, back << 2);
    if (sizeof<T>() == 4) {
      const value = v128.load(g);
      xy = f64x2.sub(xy, f64x2.promote_low_f32x4(value));
      z -= <f64>f32x4.extract_lane(value, 2);
    } else {
      xy = f64x2.sub(xy, v128.load(g));
      z -= load<f64>(g, 16);
    }
  }
  v128.store(force, xy);
  store<f64>(force, z, 16);
}
