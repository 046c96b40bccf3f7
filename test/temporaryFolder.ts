/** A folder of a test's own, gone when the test ends; or of the tests of a suite. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

/** What ends after something else: a test, or all tests of a `describe`. */
export interface Lifetime {
  after(work: () => unknown): void;
}

/** Called in a `describe`: for what its tests share. The last that was begun ends first. */
export function suiteLifetime(): Lifetime {
  const works: (() => unknown)[] = [];
  after(async () => {
    for (const work of works.reverse()) await work();
  });
  return { after: (work) => void works.push(work) };
}

export async function temporaryFolder(t: Lifetime): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'yoban-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
