import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { noLab } from '../lab/namespaces.ts';

const module = new URL('../../src/link/threadPriority.js', import.meta.url);
/** What it said, and then the policy of the thread and that of a process that it started (proc(5): field 41 of stat). */
const script = `
const { runBeforeOthers } = await import(${JSON.stringify(module.href)});
const { readFileSync } = await import('node:fs');
const { execFileSync } = await import('node:child_process');
const policy = (stat) => stat.replace(/^.*\\) /, '').split(' ')[38];
const said = runBeforeOthers();
console.log(JSON.stringify([said ?? null, policy(readFileSync('/proc/thread-self/stat', 'latin1')), policy(execFileSync('cat', ['/proc/self/stat'], { encoding: 'latin1' }))]));
`;
const run = (words: readonly string[]) => {
  const [program = '', ...rest] = [...words, process.execPath, '--input-type=module', '-e', script];
  const { stdout, stderr } = spawnSync(program, rest, { encoding: 'utf8' });
  assert.ok(stdout !== '', stderr);
  return JSON.parse(stdout) as [string | null, string, string];
};

describe('the priority of a thread that answers', { skip: noLab }, () => {
  it('is that of a real-time thread, and what it starts does not inherit it', (t) => {
    if (spawnSync('chrt', ['-r', '1', 'true']).status !== 0) {
      t.skip('this kernel gives no real-time priority here');
      return;
    }
    assert.deepEqual(run([]), [null, '2', '0']);
  });
  it('stays what it is where the privilege is missing, and it says so', () => {
    const [said, policy] = run(['setpriv', '--bounding-set', '-sys_nice', '--inh-caps', '-sys_nice']);
    assert.match(said ?? '', /CAP_SYS_NICE/);
    assert.equal(policy, '0');
  });
});
