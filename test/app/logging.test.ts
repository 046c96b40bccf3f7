import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { describe, it } from 'node:test';
import { createLog, type LogLevel, type LogOptions } from '../../src/app/logging.ts';

class Kept extends Writable {
  text = '';
  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    this.text += new TextDecoder().decode(chunk);
    done();
  }
}

async function logged(options: Omit<LogOptions, 'stream'>, write: (log: ReturnType<typeof createLog>) => void): Promise<string[]> {
  const stream = new Kept();
  const log = createLog({ ...options, stream });
  write(log);
  await log.close();
  return stream.text.split('\n').slice(0, -1);
}

const iso = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;

describe('the log', () => {
  it('writes time, level, room, message and details on one line', async () => {
    const lines = await logged({ level: 'info' }, (log) =>
      log.room('store').warn('slow commit', { milliseconds: 900, file: 'a b', rows: 3n }),
    );
    assert.equal(lines.length, 1);
    assert.match(lines[0] as string, new RegExp(`^${iso} warn  store slow commit milliseconds=900 file="a b" rows=3$`));
  });
  it('stays on one line whatever names say', async () => {
    const lines = await logged({ level: 'info' }, (log) => log.room('logs').info('host\nfake entry', { name: '\u001b[2J\r\u2028x' }));
    assert.equal(lines.length, 1);
    assert.doesNotMatch(lines[0] as string, /[^\x20-\x7e]/);
  });
  it('writes JSON for programs', async () => {
    const [line = ''] = await logged({ level: 'info', json: true }, (log) =>
      log.room('watch').error('lost', { frames: 7n, why: '\u202e' }),
    );
    const { time, ...rest } = JSON.parse(line);
    assert.match(time, new RegExp(`^${iso}$`));
    assert.deepEqual(rest, { level: 'error', room: 'watch', message: 'lost', details: { frames: '7', why: '\u202e' } });
  });

  const rows: [level: LogLevel, written: string[]][] = [
    ['error', ['error']],
    ['warn', ['error', 'warn']],
    ['info', ['error', 'warn', 'info']],
    ['debug', ['error', 'warn', 'info', 'debug']],
  ];
  for (const [level, written] of rows)
    it(`at the level ${level} writes ${written.join(', ')}`, async () => {
      const lines = await logged({ level }, (log) => {
        const room = log.room('app');
        room.error('.');
        room.warn('.');
        room.info('.');
        room.debug('.');
      });
      assert.deepEqual(
        lines.map((line) => line.split(/ +/)[1]),
        written,
      );
    });

  it('has written everything when it is closed', async () => {
    const lines = await logged({ level: 'info' }, (log) => {
      for (let i = 0; i < 5000; i++) log.room('app').info('entry', { i });
    });
    assert.equal(lines.length, 5000);
    assert.match(lines[4999] as string, /i=4999$/);
  });
});
