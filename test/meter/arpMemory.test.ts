import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hour } from '../../src/base/time.ts';
import { ArpMemory } from '../../src/meter/arpMemory.ts';

describe('what ARP said lately', () => {
  it('is the same machine, address and hour, and nothing else', () => {
    const memory = new ArpMemory();
    const said: [number, number, number][] = [
      [0x0200_0000_0001, 0x0a00_0001, 0],
      [0x0300_0000_0001, 0x0a00_0001, 0],
      [0x0200_0000_0001, 0xffff_ffff, 0],
      [0x0200_0000_0001, 0x0a00_0001, hour],
    ];
    for (const [mac, address, atUs] of said) {
      assert.equal(memory.has(mac, address, atUs), false);
      assert.equal(memory.has(mac, address, atUs + hour - 1), true);
    }
  });
  it('is forgotten for another, but never made up', () => {
    const memory = new ArpMemory();
    for (let host = 0; host < 10_000; host++) assert.equal(memory.has(0x0200_0000_0000 + host, 0x0a00_0000 + host, 0), false);
  });
});
