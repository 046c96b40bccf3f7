import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { describe, it } from 'node:test';
import { Shutdown, type ShutdownSignal } from '../../src/app/shutdown.ts';

function watched() {
  const source = new EventEmitter();
  const left: number[] = [];
  const requests: ShutdownSignal[] = [];
  const shutdown = new Shutdown({ source, leave: (exitCode) => left.push(exitCode), onRequest: (signal) => requests.push(signal) });
  return { source, left, requests, shutdown };
}

describe('shutdown', () => {
  it('asks the work to stop at the first signal and lets it drain', () => {
    const { source, left, requests, shutdown } = watched();
    assert.equal(shutdown.signal.aborted, false);
    source.emit('SIGTERM', 'SIGTERM');
    assert.equal(shutdown.signal.aborted, true);
    assert.equal(shutdown.signal.reason.name, 'AbortError');
    assert.match(shutdown.signal.reason.message, /SIGTERM/);
    assert.deepEqual({ left, requests }, { left: [], requests: ['SIGTERM'] });
  });
  it('leaves at once with 130 at the second, whichever it is', () => {
    const { source, left, requests } = watched();
    source.emit('SIGINT', 'SIGINT');
    source.emit('SIGTERM', 'SIGTERM');
    assert.deepEqual({ left, requests }, { left: [130], requests: ['SIGINT'] });
  });
  it('hears nothing more once it is closed', () => {
    const { source, shutdown } = watched();
    shutdown.close();
    assert.equal(source.emit('SIGINT', 'SIGINT'), false);
    assert.equal(shutdown.signal.aborted, false);
  });

  const module = new URL('../../src/app/shutdown.js', import.meta.url).href;
  // A real process that drains for as long as it is told once it is asked to stop.
  const program = `
    const { Shutdown } = await import(${JSON.stringify(module)});
    const shutdown = new Shutdown({ onRequest: (signal) => console.log('heard ' + signal) });
    const work = setInterval(() => {}, 1000);
    shutdown.signal.addEventListener('abort', () => setTimeout(() => { clearInterval(work); shutdown.close(); console.log('drained'); }, Number(process.argv[1])));
    console.log('ready');`;
  const run = async (drainMs: number, signals: NodeJS.Signals[]) => {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program, String(drainMs)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exit = once(child, 'exit');
    const said: string[] = [];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said.push(...text.trim().split('\n'));
      const next = signals.shift();
      if (next) child.kill(next);
    });
    const [exitCode] = await exit;
    return { exitCode, said };
  };

  it('drains a real process on SIGINT', async () => {
    assert.deepEqual(await run(50, ['SIGINT']), { exitCode: 0, said: ['ready', 'heard SIGINT', 'drained'] });
  });
  it('drains a real process on SIGTERM', async () => {
    assert.deepEqual(await run(50, ['SIGTERM']), { exitCode: 0, said: ['ready', 'heard SIGTERM', 'drained'] });
  });
  it('ends a real process that does not come to an end on the second signal', async () => {
    assert.deepEqual(await run(60_000, ['SIGINT', 'SIGINT']), { exitCode: 130, said: ['ready', 'heard SIGINT'] });
  });
});
