/** Work in steps of a few milliseconds each, for whoever has more to do than this: a generator that yields between them. */

/** Runs all steps at once. */
export function complete<T>(steps: Iterator<void, T>): T {
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}
