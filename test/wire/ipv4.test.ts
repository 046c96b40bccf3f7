import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '../../src/base/octets.ts';
import { encodeIpv4, type Ipv4Header, readIpv4 } from '../../src/wire/ipv4.ts';
import { eachIpv4Option, hasIpv4Options } from '../../src/wire/ipv4Options.ts';
import { ascii, hex, region } from './hostility.ts';

function header(octets: Uint8Array): Ipv4Header {
  const read = readIpv4(region(octets));
  assert.ok(read && !(read instanceof Fault));
  return read;
}

/** Types and lengths of the options of a packet, and the fault that ended the walk. */
function options(octets: Uint8Array) {
  const found: [number, number][] = [];
  const fault = eachIpv4Option(octets, 0, (type, _at, length) => found.push([type, length]));
  return { found, because: fault?.limitedBy };
}

describe('IPv4', () => {
  // A header whose checksum b861 is worked out in many textbooks: 192.168.0.1 to 192.168.0.199, UDP, do not fragment.
  const textbook = hex('4500 0073 0000 4000 4011 b861 c0a8 0001 c0a8 00c7');

  it('computes the checksum of the textbook header', () => {
    const packet = encodeIpv4({ source: 0xc0a80001, destination: 0xc0a800c7, protocol: 17, dontFragment: true }, new Uint8Array(0x73 - 20));
    assert.deepEqual(packet.slice(0, 20), textbook);
  });
  it('reads every field of it', () => {
    const { payload: _payload, ...fields } = header(textbook);
    assert.deepEqual(fields, {
      headerLength: 20,
      totalLength: 0x73,
      identification: 0,
      dontFragment: true,
      moreFragments: false,
      fragmentOffset: 0,
      timeToLive: 64,
      protocol: 17,
      source: 0xc0a80001,
      destination: 0xc0a800c7,
      headerChecksumIsRight: true,
    });
  });
  it('notices a header whose checksum is wrong', () => assert.equal(header(textbook.with(8, 63)).headerChecksumIsRight, false));
  it('ends the payload where the total length does, not where padding does', () => {
    const packet = encodeIpv4({ source: 1, destination: 2, protocol: 17 }, ascii('abc'));
    const { payload } = header(Uint8Array.from([...packet, 0, 0, 0]));
    assert.deepEqual([payload.end - payload.at, payload.limitedBy], [3, 'ipv4.totalLength']);
  });
  it('takes a total length of zero for "to the end", as segmenting network cards write it', () =>
    assert.equal(header(textbook.with(2, 0).with(3, 0)).payload.limitedBy, 'capture'));
  it('writes and reads fragments', () => {
    const packet = encodeIpv4(
      { source: 1, destination: 2, protocol: 17, identification: 7, moreFragments: true, fragmentOffset: 1480 },
      ascii('x'),
    );
    const { identification, moreFragments, fragmentOffset } = header(packet);
    assert.deepEqual([identification, moreFragments, fragmentOffset], [7, true, 1480]);
  });

  const refused: [string, Uint8Array, string][] = [
    ['refuses a header length below 20', textbook.with(0, 0x44), 'ipv4.headerLength < 20'],
    ['refuses a total length below the header length', textbook.with(2, 0).with(3, 19), 'ipv4.totalLength < headerLength'],
    ['says that options were cut off', textbook.with(0, 0x46), 'capture'],
  ];
  for (const [sentence, octets, because] of refused)
    it(sentence, () => {
      const fault = readIpv4(region(octets));
      assert.ok(fault instanceof Fault);
      assert.equal(fault.limitedBy, because);
    });
  it('leaves other versions alone', () => assert.equal(readIpv4(region(textbook.with(0, 0x65))), undefined));
  it('says what is missing at every shorter length', () => {
    for (let end = 0; end < 20; end++) {
      const fault = readIpv4(region(textbook, end));
      assert.ok(fault instanceof Fault && fault.kind === 'truncated' && fault.had === end);
    }
  });
});

describe('IPv4 options', () => {
  const withOptions = (area: string) => encodeIpv4({ source: 1, destination: 2, protocol: 2, options: hex(area) }, new Uint8Array(0));

  it('pads to words with End of Options, which ends the walk', () =>
    assert.deepEqual(options(withOptions('9303 01')), {
      found: [
        [147, 3],
        [0, 1],
      ],
      because: undefined,
    }));
  it('finds the Router Alert of IGMP', () =>
    assert.deepEqual(options(withOptions('9404 0000')), { found: [[148, 4]], because: undefined }));
  it('walks No Operation, Record Route and a mark of type 153', () =>
    assert.deepEqual(options(withOptions('01 0707 04 00000000 9904 0102')).found, [
      [1, 1],
      [7, 7],
      [153, 4],
    ]));
  it('keeps what stood before a bad length', () =>
    assert.deepEqual(options(withOptions('9404 0000 4413 0000')), { found: [[148, 4]], because: 'length beyond ipv4.headerLength' }));
  it('knows a header without options at one glance', () => {
    assert.equal(hasIpv4Options(withOptions(''), 0), false);
    assert.equal(hasIpv4Options(withOptions('01'), 0), true);
  });
});
