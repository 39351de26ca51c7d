/** Classical potentials: what `physics/potentials/classical/` and `physics/neighbours/` call. */
import { embeddedAtom as embeddedAtoms } from '../embedded-atom';
import { lennardJones as lennardJonesAtoms } from '../lennard-jones';
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
export function embeddedAtom(field: usize, thread: i32, threads: i32): void {
  embeddedAtoms(field, thread, threads);
}
export function lennardJones(field: usize, thread: i32, threads: i32): void {
  lennardJonesAtoms(field, thread);
}
