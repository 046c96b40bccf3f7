import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addressFromIpv4 } from '../../src/base/address.ts';
import { Fault } from '../../src/base/octets.ts';
import { onesComplementSum, pseudoHeaderSum } from '../../src/wire/checksum.ts';
import { encodeTcp, readTcp, tcpFlag } from '../../src/wire/tcp.ts';
import { hex, region } from './hostility.ts';

const source = addressFromIpv4(0xc0a80001);
const destination = addressFromIpv4(0xc0a800c7);

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
