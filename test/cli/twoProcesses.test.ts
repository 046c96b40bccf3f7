import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../temporaryFolder.ts';
import { writeStory, yoban } from './run.ts';

describe('a report while another process holds the store', () => {
  it('comes through the socket and is the same, and a second writer is told who holds it', async (t) => {
    const folder = await temporaryFolder(t);
    const { capture, log } = await writeStory('paper-2021', 4, folder);
    await yoban('replay', capture, '--logs', log, '--data', folder);
    const alone = await yoban('report', '--data', folder);
    const holder = spawn(process.execPath, [fileURLToPath(new URL('../store/holder.js', import.meta.url)), folder], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    t.after(() => holder.kill('SIGKILL'));
    await once(holder.stdout, 'data');
    const asked = await yoban('report', '--data', folder);
    assert.deepEqual(asked, alone);
    assert.match(asked.stdout, /769 explained, 0 not/);
    const second = await yoban('replay', capture, '--data', folder);
    assert.equal(second.exitCode, 1);
    assert.match(second.stderr, new RegExp(`PID ${holder.pid}`));
    holder.stdin.end();
    await once(holder, 'exit');
    assert.deepEqual(await yoban('report', '--data', folder), alone);
  });
});
