/** Force evaluation: what `physics/potentials/deep/` and `physics/neighbours/` call. */
import { forces } from '../force';
import {
  arrange as arrangeList, bin as binAtoms, drift as driftOf, numberImages as numberAll,
  placeImages as placeAll, search as searchAll,
} from '../neighbours';

export function drift(list: usize): f64 {
  return driftOf(list);
}
export function bin(list: usize): i32 {
  return binAtoms(list);
}
export function search(list: usize, thread: i32, threads: i32): void {
  searchAll(list);
}
export function arrange(list: usize): void {
  arrangeList(list);
}
export function numberImages(list: usize): i32 {
  return numberAll(list);
}
export function placeImages(list: usize): void {
  placeAll(list);
}
export function forces32(potential: usize, thread: i32, threads: i32): void {
  forces<f32>(potential, thread, threads);
}
export function forces64(potential: usize, thread: i32, threads: i32): void {
  forces<f64>(potential, thread, threads);
}
