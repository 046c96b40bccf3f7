/** Files that come with the program, wherever it is installed. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of package.json: the compiled program lies in `dist/src/cli` below it. */
const packageRoot = fileURLToPath(new URL('../../../', import.meta.url));

export const knowledgeFolder = join(packageRoot, 'appliance', 'knowledge');

export function packageVersion(): string {
  return (JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }).version;
}
