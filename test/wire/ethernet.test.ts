import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeEthernet, readEthernet } from '../../src/wire/ethernet.ts';
import { ascii, hex, region } from './hostility.ts';

const macs = { destinationMac: 0xffff_ffff_ffff, sourceMac: 0x0200_0000_0001 };

describe('Ethernet', () => {
  it('writes destination, source and type in this order', () =>
    assert.deepEqual(encodeEthernet({ ...macs, etherType: 0x88b5, pad: false }, ascii('x')), hex('ffffffffffff 020000000001 88b5 78')));
  it('pads to the 60 octets that the wire carries at least', () =>
    assert.equal(encodeEthernet({ ...macs, etherType: 0x88b5 }, ascii('x')).length, 60));
  it('puts tags between source and type, outermost first', () => {
    const vlans = [
      { id: 200, tagType: 0x88a8 },
      { id: 2001, priority: 5 },
    ];
    const frame = encodeEthernet({ ...macs, etherType: 0x0806, vlans, pad: false }, new Uint8Array(0));
    assert.deepEqual(frame.slice(12), hex('88a8 00c8 8100 a7d1 0806'));
  });
  it('reads MACs above 2^47 as positive numbers', () =>
    assert.deepEqual(readEthernet(region(hex('ffffffffffff fe0000000001 0800'))), {
      destinationMac: 0xffff_ffff_ffff,
      sourceMac: 0xfe00_0000_0001,
      etherType: 0x0800,
    }));
});
