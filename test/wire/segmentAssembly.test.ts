import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { addressFromIpv4 } from '../../src/base/address.ts';
import { type Decoded, Fault } from '../../src/base/octets.ts';
import { encodeDnsQuery } from '../../src/wire/dns.ts';
import { encodeDnsOverTcp } from '../../src/wire/dnsOverTcp.ts';
import { dnsType } from '../../src/wire/dnsRecord.ts';
import { encodeEthernet, etherType } from '../../src/wire/ethernet.ts';
import { appendFrame } from '../../src/wire/frame.ts';
import { HeaderBatch } from '../../src/wire/headerBatch.ts';
import { encodeHttpRequest } from '../../src/wire/http.ts';
import { encodeIpv4, ipProtocol } from '../../src/wire/ipv4.ts';
import { concatenate } from '../../src/wire/octetBuilder.ts';
import { SegmentAssembly } from '../../src/wire/segmentAssembly.ts';
import { assembleClientHellos, assembleDnsMessages, assembleHttpRequests } from '../../src/wire/streamHeads.ts';
import { encodeTcp, tcpFlag } from '../../src/wire/tcp.ts';
import { encodeClientHello, readClientHello } from '../../src/wire/tls.ts';

interface Segment {
  readonly octets: Uint8Array;
  readonly sequence: number;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  /** The capture cut the frame. */
  readonly cut?: number;
}

const macs = { destinationMac: 0x0200_0000_0002, sourceMac: 0x0200_0000_0001 };

function batchOf(segment: Segment): HeaderBatch {
  const { octets, sequence, sourcePort = 50000, destinationPort = 443, cut = 0 } = segment;
  const ports = { sourcePort, destinationPort, sequence: sequence >>> 0, acknowledgement: 1, flags: tcpFlag.ack };
  const tcp = encodeTcp({ source: addressFromIpv4(1), destination: addressFromIpv4(2), ...ports }, octets);
  const frame = encodeEthernet(
    { ...macs, etherType: etherType.ipv4 },
    encodeIpv4({ source: 1, destination: 2, protocol: ipProtocol.tcp }, tcp),
  );
  const batch = new HeaderBatch();
  batch.octets = frame;
  appendFrame(batch, 1, 0, frame.length - cut, frame.length, 0, 1, 0);
  return batch;
}

function addTo<T>(assembly: SegmentAssembly<T>, segment: Segment): Decoded<T> {
  return assembly.add(batchOf(segment), 0);
}

const hello = encodeClientHello({ serverName: 'split.example.com', padding: 1500 });
const nameOf = (value: Decoded<{ readonly serverName: string | undefined }>) => (value instanceof Fault ? value.kind : value?.serverName);
/** Where the record header, the first octets of the handshake and the name lie. */
const cutsBeforeName = [3, 5, 6, 7, 9, 40, 60, 70];

describe('A message spread over TCP segments', () => {
  for (const cut of cutsBeforeName)
    it(`is read when its first ${cut} octets come alone`, () => {
      const assembly = assembleClientHellos();
      assert.equal(addTo(assembly, { octets: hello.slice(0, cut), sequence: 0xffff_fff0 }), undefined);
      assert.equal(assembly.held, 1);
      assert.equal(nameOf(addTo(assembly, { octets: hello.slice(cut), sequence: 0xffff_fff0 + cut })), 'split.example.com');
      assert.equal(assembly.held, 0);
    });
  it('is awaited until it is whole or given up, and no other ports are meanwhile', () => {
    const assembly = new SegmentAssembly(readClientHello, () => true, { streams: 1, octets: 4096, segments: 8 });
    const awaits = (sourcePort: number) => assembly.awaits(batchOf({ octets: Uint8Array.of(1), sequence: 1, sourcePort }), 0);
    assert.equal(awaits(50000), false);
    addTo(assembly, { octets: hello.slice(0, 40), sequence: 0 });
    assert.deepEqual([awaits(50000), awaits(50001)], [true, false]);
    addTo(assembly, { octets: hello.slice(40), sequence: 40 });
    assert.equal(awaits(50000), false, 'whole');
    addTo(assembly, { octets: hello.slice(0, 40), sequence: 0 });
    addTo(assembly, { octets: hello.slice(0, 40), sequence: 0, sourcePort: 50001 });
    assert.deepEqual([awaits(50000), awaits(50001), assembly.givenUp], [false, true, 1]);
  });
  it('is read from segments of any size, repeated and out of order behind the first', () => {
    const parts = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(parts, fc.integer(), fc.infiniteStream(fc.nat(100)), (sizes, first, order) => {
        const segments: Segment[] = [];
        let at = Math.min(6 + (sizes[0] as number), 66);
        const start: Segment = { octets: hello.slice(0, at), sequence: first };
        for (const size of sizes) {
          segments.push({ octets: hello.slice(at, at + size), sequence: first + at });
          at += size;
        }
        segments.push({ octets: hello.slice(at), sequence: first + at });
        const shuffled = [...segments, ...segments.slice(0, 3)]
          .map((segment) => ({ segment, rank: order.next().value }))
          .toSorted((a, b) => a.rank - b.rank);
        const assembly = assembleClientHellos();
        const names = [start, ...shuffled.map(({ segment }) => segment)].map((segment) => nameOf(addTo(assembly, segment)));
        assert.ok(names.includes('split.example.com'), JSON.stringify(names));
      }),
      { numRuns: 200 },
    );
  });
  it('is not mixed up with another stream', () => {
    const assembly = assembleClientHellos();
    addTo(assembly, { octets: hello.slice(0, 50), sequence: 1 });
    assert.equal(addTo(assembly, { octets: hello.slice(50), sequence: 51, sourcePort: 50001 }), undefined);
    assert.equal(nameOf(addTo(assembly, { octets: hello.slice(50), sequence: 51 })), 'split.example.com');
  });
  it('does not wait for what the capture itself has cut away', () => {
    const assembly = assembleClientHellos();
    const fault = addTo(assembly, { octets: hello, sequence: 1, cut: hello.length - 40 });
    assert.ok(fault instanceof Fault && fault.kind === 'truncated');
    assert.equal(assembly.held, 0);
  });
  it('gives up the stream that has waited longest when too many wait', () => {
    const assembly = new SegmentAssembly(readClientHello, () => true, { streams: 2, octets: 4096, segments: 8 });
    for (const sourcePort of [1, 2, 3]) addTo(assembly, { octets: hello.slice(0, 50), sequence: 1, sourcePort });
    assert.deepEqual([assembly.held, assembly.givenUp], [2, 1]);
    assert.equal(nameOf(addTo(assembly, { octets: hello.slice(50), sequence: 51, sourcePort: 3 })), 'split.example.com');
  });
  it('gives up a stream of too many segments, and says so with the fault', () => {
    const assembly = new SegmentAssembly(readClientHello, () => true, { streams: 2, octets: 4096, segments: 3 });
    for (const at of [0, 10]) assert.equal(addTo(assembly, { octets: hello.slice(at, at + 10), sequence: at }), undefined);
    const last = addTo(assembly, { octets: hello.slice(20, 30), sequence: 20 });
    assert.ok(last instanceof Fault);
    assert.deepEqual([assembly.held, assembly.givenUp], [0, 1]);
  });
  it('keeps no more octets of a stream than allowed', () => {
    const assembly = new SegmentAssembly(readClientHello, () => true, { streams: 2, octets: 100, segments: 99 });
    addTo(assembly, { octets: hello.slice(0, 50), sequence: 0 });
    assert.ok(addTo(assembly, { octets: hello.slice(0, 60), sequence: 0 }) instanceof Fault);
    assert.equal(assembly.held, 0);
  });
  it('ignores data from far away or from before its start', () => {
    const assembly = assembleClientHellos();
    addTo(assembly, { octets: hello.slice(0, 50), sequence: 1000 });
    for (const sequence of [999, 1_000_000]) assert.equal(addTo(assembly, { octets: hello.slice(0, 50), sequence }), undefined);
    assert.equal(nameOf(addTo(assembly, { octets: hello.slice(50), sequence: 1050 })), 'split.example.com');
  });
  it('waits for nothing when the data begin no message', () => {
    const assembly = assembleClientHellos();
    addTo(assembly, { octets: Uint8Array.of(23, 3, 3, 1, 0, 0, 0, 0), sequence: 1 });
    addTo(assembly, { octets: Uint8Array.of(22), sequence: 1 });
    assert.equal(assembly.held, 0);
  });
  it('joins an HTTP request until its Host is whole', () => {
    const request = encodeHttpRequest({ target: `/${'x'.repeat(80)}`, host: 'split.example.com' });
    for (let cut = 4; cut < request.length - 2; cut++) {
      const assembly = assembleHttpRequests();
      const first = addTo(assembly, { octets: request.slice(0, cut), sequence: 1, destinationPort: 80 });
      const value = first ?? addTo(assembly, { octets: request.slice(cut), sequence: 1 + cut, destinationPort: 80 });
      assert.ok(value && !(value instanceof Fault) && value[0]?.host === 'split.example.com', `cut at ${cut}`);
    }
  });
  it('goes on with the HTTP request that begins behind a whole one and ends in a later segment', () => {
    const [one, two] = ['one.example', 'two.example'].map((host) => encodeHttpRequest({ target: '/', host })) as [Uint8Array, Uint8Array];
    const stream = concatenate(one, two);
    // Where a cut falls behind the host of a request, the rest of its head is not waited for.
    for (let cut = one.length; cut < stream.length - 2; cut++) {
      const assembly = assembleHttpRequests();
      const pieces = [0, cut, stream.length];
      const found = pieces.slice(0, -1).flatMap((at, i) => {
        const value = addTo(assembly, { octets: stream.slice(at, pieces[i + 1]), sequence: at, destinationPort: 80 });
        return value instanceof Fault ? [value.kind] : (value ?? []).map(({ host }) => host);
      });
      assert.deepEqual([found, assembly.held], [['one.example', 'two.example'], 0], `cut at ${cut}`);
    }
  });
  it('goes on with the DNS message that begins behind a whole one and ends in a later segment', () => {
    const names = ['one.example', 'two.example', 'three.example'];
    const stream = concatenate(...names.map((name) => encodeDnsOverTcp(encodeDnsQuery({ id: 1, name, type: dnsType.a }))));
    for (let first = 1; first < stream.length - 1; first++)
      for (const second of [first + 1, Math.min(stream.length - 1, first + 30)]) {
        const assembly = assembleDnsMessages();
        const pieces = [0, first, second, stream.length];
        const found = pieces.slice(0, -1).flatMap((at, i) => {
          const value = addTo(assembly, { octets: stream.slice(at, pieces[i + 1]), sequence: at, destinationPort: 53 });
          return value instanceof Fault ? [value.kind] : (value ?? []).map((message) => message.questions[0]?.name);
        });
        assert.deepEqual([found, assembly.held], [names, 0], `cut at ${first} and ${second}`);
      }
  });
  it('joins a DNS message, on port 53 alone', () => {
    const query = encodeDnsOverTcp(encodeDnsQuery({ id: 1, name: 'split.example.com', type: dnsType.a }));
    for (let cut = 1; cut < query.length; cut++) {
      const assembly = assembleDnsMessages();
      assert.equal(addTo(assembly, { octets: query.slice(0, cut), sequence: 1, destinationPort: 53 }), undefined);
      const value = addTo(assembly, { octets: query.slice(cut), sequence: 1 + cut, destinationPort: 53 });
      assert.ok(value && !(value instanceof Fault) && value[0]?.questions[0]?.name === 'split.example.com', `cut at ${cut}`);
      assert.equal(addTo(assembleDnsMessages(), { octets: query, sequence: 1, destinationPort: 54 }), undefined);
    }
  });
});
