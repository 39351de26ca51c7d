/** Access to records and arrays in shared memory. */

// @ts-ignore: decorator
@inline
export function word(record: usize, field: i32): i32 {
  return load<i32>(record + ((<usize>field) << 2));
}
// @ts-ignore: decorator
@inline
export function setWord(record: usize, field: i32, value: i32): void {
  store<i32>(record + ((<usize>field) << 2), value);
}
// @ts-ignore: decorator
@inline
export function ptr(record: usize, field: i32): usize {
  return <usize>load<u32>(record + ((<usize>field) << 2));
}
// @ts-ignore: decorator
@inline
export function real(record: usize, field: i32): f64 {
  return load<f64>(record + ((<usize>field) << 3));
}
// @ts-ignore: decorator
@inline
export function setReal(record: usize, field: i32, value: f64): void {
  store<f64>(record + ((<usize>field) << 3), value);
}
/** Address of element `index` of an array of T. */
// @ts-ignore: decorator
@inline
export function at<T>(array: usize, index: i32): usize {
  return array + (<usize>index) * sizeof<T>();
}
