import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addressFromIpv4 } from '../../src/base/address.ts';
import { Fault } from '../../src/base/octets.ts';
import { onesComplementSum, pseudoHeaderSum } from '../../src/wire/checksum.ts';
import { encodeTcp, readTcp, tcpFlag } from '../../src/wire/tcp.ts';
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

describe('TCP', () => {
  // RFC 9293 §3.1, a SYN with MSS 1460: ports 50000 and 443, sequence 1, data offset 6.
  const written = hex('c350 01bb 00000001 00000000 6002 faf0 0000 0000 0204 05b4');

  it('writes the octets of a SYN with one option', () => {
    const segment = encodeTcp(
      {
        source,
        destination,
        sourcePort: 50000,
        destinationPort: 443,
        sequence: 1,
        acknowledgement: 0,
        flags: tcpFlag.syn,
        options: hex('0204 05b4'),
      },
      new Uint8Array(0),
    );
    assert.deepEqual(segment.with(16, 0).with(17, 0), written);
    assert.equal(onesComplementSum(segment, 0, 24, pseudoHeaderSum(source, destination, 6, 24)), 0xffff);
  });
  it('reads every field', () => {
    const read = readTcp(region(Uint8Array.from([...written, 0x78])));
    assert.ok(read && !(read instanceof Fault));
    const { payload, ...fields } = read;
    assert.deepEqual(fields, {
      sourcePort: 50000,
      destinationPort: 443,
      sequence: 1,
      acknowledgement: 0,
      headerLength: 24,
      flags: tcpFlag.syn,
      window: 64240,
    });
    assert.equal(payload.end - payload.at, 1);
  });
  it('reads sequence numbers above 2^31 as positive', () => {
    const read = readTcp(region(written.with(4, 0xff)));
    assert.ok(read && !(read instanceof Fault) && read.sequence === 0xff000001);
  });
  it('refuses a data offset below 5', () => {
    const fault = readTcp(region(written.with(12, 0x40)));
    assert.ok(fault instanceof Fault && fault.limitedBy === 'tcp.dataOffset < 5');
  });
  it('says what is missing at every shorter length', () => {
    for (let end = 0; end < written.length; end++) {
      const fault = readTcp(region(written, end));
      assert.ok(fault instanceof Fault && fault.had === end && fault.needed === (end < 20 ? 20 : 24));
    }
  });
});
