/** Work in steps of a few milliseconds each, for whoever has more to do than this: a generator that yields between them. */

/** Runs all steps at once. */
export function complete<T>(steps: Iterator<void, T>): T {
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/** After so many rows of a long list a step ends: a fraction of a millisecond to a few, whatever is done with each. */
export const rowsPerStep = 64;

/** Calls `see` for each of `rows`, in order. */
export function* eachInSteps<T>(rows: readonly T[], see: (row: T, index: number) => void): Generator<void, void> {
  for (let i = 0; i < rows.length; i++) {
    if (i % rowsPerStep === rowsPerStep - 1) yield;
    see(rows[i] as T, i);
  }
}
