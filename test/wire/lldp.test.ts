import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '../../src/base/octets.ts';
import { encodeLldp, readLldp } from '../../src/wire/lldp.ts';
import { hex, region } from './hostility.ts';

describe('LLDP', () => {
  // IEEE 802.1AB §8.5: chassis by MAC, port "p1" by interface name, 120 seconds, system "sw", end.
  const written = hex('0207 04 020000000001 0403 05 7031 0602 0078 0a02 7377 0000');

  it('writes what the standard describes', () =>
    assert.deepEqual(encodeLldp({ chassisMac: 0x0200_0000_0001, port: 'p1', timeToLiveSeconds: 120, systemName: 'sw' }), written));
  it('reads it', () =>
    assert.deepEqual(readLldp(region(written)), {
      chassisMac: 0x0200_0000_0001,
      port: 'p1',
      timeToLiveSeconds: 120,
      portDescription: undefined,
      systemName: 'sw',
      systemDescription: undefined,
    }));
  it('is not whole without its end', () => {
    for (let end = 0; end < written.length; end++) assert.ok(readLldp(region(written, end)) instanceof Fault, `cut at ${end}`);
  });
});
