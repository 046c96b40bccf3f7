/** Whether what was derived anew is what was there before. */

import { eachInSteps } from '../base/steps.ts';
import { inSlices } from '../store/slices.ts';

/** Whether two sets of records hold the same, in whatever order. */
export async function isSame(before: readonly unknown[], now: readonly unknown[]): Promise<boolean> {
  if (before.length !== now.length) return false;
  const [old, fresh] = [await inSlices(texts(before)), await inSlices(texts(now))];
  return old.every((text, i) => text === fresh[i]);
}

function* texts(rows: readonly unknown[]): Generator<void, string[]> {
  const written: string[] = [];
  yield* eachInSteps(rows, (row) => {
    written.push(JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? `${value}n` : value)));
  });
  return written.sort();
}
