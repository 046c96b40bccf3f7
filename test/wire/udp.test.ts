import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addressFromIpv4 } from '../../src/base/address.ts';
import { Fault } from '../../src/base/octets.ts';
import { onesComplementSum, pseudoHeaderSum } from '../../src/wire/checksum.ts';
import { encodeUdp, readUdp } from '../../src/wire/udp.ts';
import { ascii, hex, region } from './hostility.ts';

const source = addressFromIpv4(0xc0a80001);
const destination = addressFromIpv4(0xc0a800c7);

describe('UDP', () => {
  // Ports 50000 and 53, 9 octets (RFC 768).
  it('writes ports and length, and a checksum that sums up to all ones', () => {
    const datagram = encodeUdp({ source, destination, sourcePort: 50000, destinationPort: 53 }, ascii('x'));
    assert.deepEqual(datagram.slice(0, 6), hex('c350 0035 0009'));
    assert.equal(onesComplementSum(datagram, 0, 9, pseudoHeaderSum(source, destination, 17, 9)), 0xffff);
  });
  it('sends a checksum of zero as all ones', () => {
    // The payload is chosen so that everything else sums up to ffff.
    const sum = onesComplementSum(hex('0001 0002 000a 0000'), 0, 8, pseudoHeaderSum(source, destination, 17, 10));
    const rest = 0xffff - sum;
    const datagram = encodeUdp({ source, destination, sourcePort: 1, destinationPort: 2 }, Uint8Array.of(rest >>> 8, rest & 255));
    assert.deepEqual(datagram.slice(6, 8), hex('ffff'));
  });
  it('ends the payload where its length says', () => {
    const read = readUdp(region(hex('c350 0035 0009 0000 78 0000')));
    assert.ok(read && !(read instanceof Fault));
    assert.equal(read.payload.end - read.payload.at, 1);
  });
  it('refuses a length below 8', () => {
    const fault = readUdp(region(hex('c350 0035 0007 0000')));
    assert.ok(fault instanceof Fault && fault.kind === 'malformed');
  });
  it('says what is missing at every shorter length', () => {
    for (let end = 0; end < 8; end++) assert.ok(readUdp(region(hex('c350 0035 0009 0000'), end)) instanceof Fault);
  });
});
