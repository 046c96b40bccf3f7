/** Where the repository lies, wherever the compiled tests run from. */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function findRoot(from: string): string {
  const manifest = join(from, 'package.json');
  if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name === 'yoban') return from;
  if (dirname(from) === from) throw new Error('unreachable: no package.json named yoban above the tests');
  return findRoot(dirname(from));
}

export const repositoryRoot = findRoot(dirname(fileURLToPath(import.meta.url)));

/** Test inputs that lie beside the repository, never in it. */
export const sharedData = join(repositoryRoot, '..', 'shared', 'data');

/** Absent inputs skip a test with this reason; `false` where they are present. */
export function skipWithout(folder: string): string | false {
  return existsSync(join(sharedData, folder)) ? false : `../shared/data/${folder} is absent`;
}
