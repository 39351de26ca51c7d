/** Training of Deep Potentials: what `physics/training/session.ts` calls. */
import { GRADIENT, LEARN, passes, RESIDUALS, trainMembers } from '../train';

export function residuals32(context: usize, count: i32, thread: i32, threads: i32): void {
  passes<f32>(context, count, RESIDUALS, thread, threads);
}
export function residuals64(context: usize, count: i32, thread: i32, threads: i32): void {
  passes<f64>(context, count, RESIDUALS, thread, threads);
}
export function gradient32(context: usize, count: i32, thread: i32, threads: i32): void {
  passes<f32>(context, count, GRADIENT, thread, threads);
}
export function gradient64(context: usize, count: i32, thread: i32, threads: i32): void {
  passes<f64>(context, count, GRADIENT, thread, threads);
}
export function learn32(context: usize, count: i32, thread: i32, threads: i32): void {
  passes<f32>(context, count, LEARN, thread, threads);
}
export function learn64(context: usize, count: i32, thread: i32, threads: i32): void {
  passes<f64>(context, count, LEARN, thread, threads);
}
export function members32(contexts: usize, members: i32, thread: i32, threads: i32): void {
  trainMembers<f32>(contexts, members);
}
export function members64(contexts: usize, members: i32, thread: i32, threads: i32): void {
  trainMembers<f64>(contexts, members);
}
