import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from '../temporaryFolder.ts';
import { startYoban, writeStory, yoban } from './run.ts';

/** How often the replay is killed; `make soak` raises it. */
const moments = Number(process.env.YOBAN_KILL_MOMENTS ?? 20);

describe('a replay that is interrupted', () => {
  it(`gives the same report after kill -9 at ${moments} random moments and one more run`, async (t) => {
    const folder = await temporaryFolder(t);
    const files = await writeStory('paper-2021', 5, folder);
    const replay = (data: string) => ['replay', files.capture, '--logs', files.log, '--data', join(folder, data)];
    const report = async (data: string) => (await yoban('report', '--data', join(folder, data), '--format', 'json')).stdout;
    const begunAt = performance.now();
    assert.equal((await yoban(...replay('undisturbed'))).exitCode, 0);
    const wholeMs = performance.now() - begunAt;
    const expected = await report('undisturbed');
    assert.match(expected, /settings-win/);
    let killed = 0;
    for (let i = 0; i < moments; i++) {
      // Every third store is killed twice before it may finish.
      const data = `killed-${i}`;
      for (let round = 0; round < (i % 3 === 0 ? 2 : 1); round++) {
        const child = startYoban(...replay(data));
        const exited = once(child, 'exit');
        await Promise.race([sleep(Math.random() * wholeMs), exited]);
        child.kill('SIGKILL');
        const [, signal] = await exited;
        if (signal === 'SIGKILL') killed++;
      }
      const { exitCode, stderr } = await yoban(...replay(data));
      assert.equal(exitCode, 0, stderr);
      assert.equal(await report(data), expected);
    }
    t.diagnostic(`${killed} replays were killed before they ended`);
    assert.ok(killed >= moments / 2, 'most of the kills came in time');
  });

  it('stops at the first SIGINT with exit code 130 and goes on when it is run again', async (t) => {
    const folder = await temporaryFolder(t);
    const files = await writeStory('paper-2021', 6, folder);
    const data = join(folder, 'data');
    const args = ['replay', files.capture, '--logs', files.log, '--data', data];
    const child = startYoban(...args);
    const exited = once(child, 'exit');
    // The socket stands when the store is open and the work begins.
    while (!existsSync(join(data, 'yoban.sock'))) await sleep(5);
    child.kill('SIGINT');
    const [exitCode] = await exited;
    assert.equal(exitCode, 130);
    const { stdout: account } = await yoban('account', '--data', data);
    // It may have been stopped before it began with the capture, which then is not known yet.
    if (/read only in part/.test(account)) assert.match(account, /not complete; what is booked is balanced/);
    assert.doesNotMatch(account, /NOT BALANCED/);
    assert.equal((await yoban(...args)).exitCode, 0);
    assert.match((await yoban('report', '--data', data)).stdout, /769 explained, 0 not/);
  });
});
