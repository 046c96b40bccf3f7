import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EventJsonReader } from '../../src/logs/eventJson.ts';
import { buildIntervals } from '../../src/timeline/intervals.ts';
import { at, told } from './script.ts';

let sequence = 0;
const entry = (when: string, boot: string, fields: Record<string, string> = {}) =>
  JSON.stringify({
    __REALTIME_TIMESTAMP: String(at(when)),
    __SEQNUM: String(++sequence),
    _HOSTNAME: 'lin',
    _BOOT_ID: boot,
    MESSAGE: 'x',
    ...fields,
  });
const sleepStart = { MESSAGE_ID: '6bbd95ee977941e497c48be27c254128', SLEEP: 'suspend' };
const sleepStop = { MESSAGE_ID: '8811e6df2a8e40f58a94cea26f8ebf14', SLEEP: 'suspend' };
const shutdown = { MESSAGE_ID: '98268866d1d54a499c4e98921d93bc40' };

function machine(...lines: string[]): string[] {
  const reader = new EventJsonReader();
  const entries = [...reader.push(lines.join('\n')), ...reader.end()];
  return told(buildIntervals(entries.map(({ record }) => record)), 'machine');
}

describe('a host that is no Windows', () => {
  it('slept between the two messages of systemd-sleep', () =>
    assert.deepEqual(machine(entry('08:00', 'a'), entry('12:00', 'a', sleepStart), entry('13:00', 'a', sleepStop), entry('14:00', 'a')), [
      '08:00:00 on',
      '12:00:00 s3',
      '13:00:00 on',
    ]));
  it('was off between a shutdown and the next boot id', () =>
    assert.deepEqual(machine(entry('08:00', 'a'), entry('12:00', 'a', shutdown), entry('13:00', 'b'), entry('14:00', 'b')), [
      '08:00:00 on',
      '12:00:00 off',
      '13:00:00 on',
    ]));
  it('is unknown before a start without a shutdown', () =>
    assert.deepEqual(machine(entry('08:00', 'a'), entry('12:00', 'a'), entry('13:00', 'b'), entry('14:00', 'b')), [
      '08:00:00 on',
      '12:00:00 unknown',
      '13:00:00 on',
    ]));
  it('is unknown from a sleep without its end', () =>
    assert.deepEqual(machine(entry('08:00', 'a'), entry('12:00', 'a', sleepStart), entry('13:00', 'b'), entry('14:00', 'b')), [
      '08:00:00 on',
      '12:00:00 unknown',
      '13:00:00 on',
    ]));
});
