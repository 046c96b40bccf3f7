import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  after,
  Fault,
  inner,
  latin1,
  looping,
  malformed,
  type Region,
  uint8,
  uint16,
  uint16LittleEndian,
  uint24,
  uint32,
  uint32LittleEndian,
  uint48,
  uint64LittleEndian,
  unsupported,
  within,
} from '../../src/base/octets.ts';

const region = (at: number, end: number, limitedBy = 'capture'): Region => ({ octets: new Uint8Array(64), at, end, limitedBy });

describe('a fault', () => {
  it('is truncated when the capture ended', () =>
    assert.deepEqual(within(region(14, 30), 20, 'ipv4'), new Fault('ipv4', 'truncated', 14, 20, 16, 'capture')));
  it('is an overrun when a length field promised less', () =>
    assert.deepEqual(within(region(34, 40, 'ipv4.totalLength'), 20, 'tcp'), new Fault('tcp', 'overrun', 34, 20, 6, 'ipv4.totalLength')));
  it('is absent when just enough is there, and when nothing is needed', () => {
    assert.equal(within(region(14, 34), 20, 'ipv4'), undefined);
    assert.equal(within(region(14, 14), 0, 'ipv4'), undefined);
  });
  it('says that nothing was there, not less than nothing', () => assert.equal(within(region(30, 14), 1, 'ipv4')?.had, 0));

  const made: [string, Fault, string][] = [
    ['malformed', malformed('ipv4', 14, 'ipv4.headerLength < 20'), 'ipv4.headerLength < 20'],
    ['loop', looping('dns', 42, 'dns.pointer'), 'dns.pointer'],
    ['unsupported', unsupported('pcapng', 0, 'pcapng.version 9.0'), 'pcapng.version 9.0'],
  ];
  for (const [kind, fault, because] of made)
    it(`of the kind ${kind} names the rule that was broken`, () => {
      assert.ok(fault instanceof Fault);
      assert.deepEqual([fault.kind, fault.limitedBy, fault.needed, fault.had], [kind, because, 0, 0]);
    });
});

describe('a region within a region', () => {
  it('ends where its length field says, and names it', () =>
    assert.deepEqual(inner(region(10, 40), 4, 8, 'udp.length'), { ...region(14, 22, 'udp.length'), octets: new Uint8Array(64) }));
  it('ends where the outer one ends when the field promises more, and names what limits the outer one', () => {
    const found = inner(region(10, 40, 'ipv4.totalLength'), 4, 100, 'udp.length');
    assert.deepEqual([found.at, found.end, found.limitedBy], [14, 40, 'ipv4.totalLength']);
  });
  it('never reaches out of the outer one, and borrows the same octets', () => {
    const number = fc.integer({ min: 0, max: 70_000 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 64 }), fc.integer({ min: 0, max: 64 }), number, number, (a, b, skip, length) => {
        const outer = region(Math.min(a, b), Math.max(a, b));
        for (const found of [inner(outer, skip, length, 'field'), after(outer, skip)]) {
          assert.ok(found.at >= outer.at && found.at <= outer.end && found.end <= outer.end && found.end >= found.at);
          assert.equal(found.octets, outer.octets);
        }
        assert.equal(within(inner(outer, skip, length, 'field'), length + 1, 'x') instanceof Fault, true);
      }),
    );
  });
  it('after a header is the rest, with the same limit', () => {
    const rest = after(region(10, 40, 'ipv4.totalLength'), 20);
    assert.deepEqual([rest.at, rest.end, rest.limitedBy], [30, 40, 'ipv4.totalLength']);
  });
});

describe('a number in octets', () => {
  const octets = fc.uint8Array({ minLength: 16, maxLength: 16 });
  const at = fc.integer({ min: 0, max: 8 });
  it('is what a DataView reads there, at every offset and never negative', () => {
    fc.assert(
      fc.property(octets, at, (bytes, offset) => {
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        assert.deepEqual(
          [uint8(bytes, offset), uint16(bytes, offset), uint24(bytes, offset), uint32(bytes, offset)],
          [view.getUint8(offset), view.getUint16(offset), view.getUint32(offset) >>> 8, view.getUint32(offset)],
        );
        assert.deepEqual(
          [uint16LittleEndian(bytes, offset), uint32LittleEndian(bytes, offset), uint64LittleEndian(bytes, offset)],
          [view.getUint16(offset, true), view.getUint32(offset, true), view.getBigUint64(offset, true)],
        );
        assert.equal(BigInt(uint48(bytes, offset)), view.getBigUint64(offset) >> 16n);
      }),
    );
  });
  it('reads from its own octets, not from what lies before them in the same buffer', () => {
    const shared = Uint8Array.from({ length: 32 }, (_, i) => i);
    assert.equal(uint32(shared.subarray(16, 24), 0), 0x10_11_12_13);
  });
});

describe('octets as text', () => {
  it('take each octet as one character', () => assert.equal(latin1(Uint8Array.of(0x41, 0x00, 0xe9, 0xff, 0x42), 0, 4), 'A\u0000éÿ'));
  it('are the same at every length and place', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(9), (octets, skip) => {
        const at = Math.min(skip, octets.length);
        assert.equal(latin1(octets, at, octets.length - at), [...octets.subarray(at)].map((octet) => String.fromCharCode(octet)).join(''));
      }),
    ));
  it('of no length are empty', () => assert.equal(latin1(new Uint8Array(4), 2, 0), ''));
});
