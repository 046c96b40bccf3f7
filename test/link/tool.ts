/** Independent programs that tests compare with, where they are installed. */

import { spawnSync } from 'node:child_process';

/** `false` where the program is there; otherwise the reason to skip. */
export function missingTool(name: string): string | false {
  return spawnSync(name, ['--version'], { stdio: 'ignore' }).error ? `${name} is not installed` : false;
}
