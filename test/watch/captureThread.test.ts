import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { getPriority, setPriority } from 'node:os';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { startCaptureThread, takePrecedence } from '../../src/watch/captureThread.ts';

const self = new URL(import.meta.url);
const mark = 'capture-thread-test';

/** Why a raised priority cannot be shown here; false where it can. */
function noRaise(): string | false {
  const before = getPriority(0);
  try {
    setPriority(0, -1);
    setPriority(0, before);
    return false;
  } catch {
    return 'a raised priority takes CAP_SYS_NICE';
  }
}

/** Work that is compiled, under a name for each thread. */
const works = {
  inCaptureThread(count: number): number {
    let sum = 0;
    for (let i = 0; i < count; i++) sum ^= Math.imul(i, 3);
    return sum;
  },
  inAnotherThread(count: number): number {
    let sum = 0;
    for (let i = 0; i < count; i++) sum ^= Math.imul(i, 5);
    return sum;
  },
};

async function startBoth(): Promise<void> {
  const capture = startCaptureThread(self, { workerData: { [mark]: 'inCaptureThread' } });
  await once(capture, 'exit');
  await once(new Worker(self, { workerData: { [mark]: 'inAnotherThread' } }), 'exit');
}

if (!isMainThread && workerData?.[mark] !== undefined) {
  const work = works[workerData[mark] as keyof typeof works];
  parentPort?.postMessage(Array.from({ length: 50 }, () => work(1_000_000)));
} else if (process.env.CAPTURE_THREAD_TEST === 'start') await startBoth();
else
  describe('a capture thread', () => {
    it('compiles its code itself, which other threads do not', () => {
      const env = { ...process.env, CAPTURE_THREAD_TEST: 'start' };
      const { stdout, stderr } = spawnSync(process.execPath, ['--trace-opt', fileURLToPath(self)], { encoding: 'utf8', env });
      const compiled = stdout.split('\n').filter((line) => line.startsWith('[compiling method'));
      const modes = (name: string) => {
        const lines = compiled.filter((line) => line.includes(`<JSFunction ${name} `));
        return new Set(lines.map((line) => /ConcurrencyMode::(\w+)/.exec(line)?.[1]));
      };
      assert.deepEqual([...modes('inCaptureThread')], ['kSynchronous'], stderr);
      assert.deepEqual([...modes('inAnotherThread')], ['kConcurrent'], stderr);
    });
    it('goes before others', { skip: noRaise() }, (t) => {
      const before = getPriority(0);
      t.after(() => setPriority(0, before));
      takePrecedence();
      assert.equal(getPriority(0), -10);
    });
  });
