import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hashKeyFrom } from '../../src/meter/keyedHash.ts';
import { RecentFrames } from '../../src/meter/recentFrames.ts';
import { encodeArp } from '../../src/wire/arp.ts';
import { encodeIpv6 } from '../../src/wire/ipv6.ts';
import { encodeTcp } from '../../src/wire/tcp.ts';
import { batchOf, client, ethernet, type Frame, flags, machine, server, start, tcp, udp, word } from './frames.ts';

/** For each frame whether it counts as a second copy. */
function judge(...frames: Frame[]): boolean[] {
  const recent = new RecentFrames(hashKeyFrom('test'));
  const batch = batchOf(frames);
  recent.read(batch);
  return frames.map((_, row) => recent.isSecondCopy(row));
}

const later = (frame: Frame, byUs: number): Frame => ({ ...frame, atUs: frame.atUs + byUs });
const data = Uint8Array.from({ length: 97 }, (_, i) => i);
const datagram = udp(start, client, server, 1000, 2000, data, { identification: 77 });
const v6client = machine('02:00:00:00:00:01', '2001:db8::1');
const v6server = machine('02:00:00:00:00:02', '2001:db8::2');

function tcp6(atUs: number, tcpFlags: number, payload = new Uint8Array(0)): Frame {
  const fields = { source: v6client.address, destination: v6server.address };
  const segment = encodeTcp({ ...fields, sourcePort: 1, destinationPort: 2, sequence: 5, acknowledgement: 6, flags: tcpFlags }, payload);
  return ethernet(atUs, v6client, v6server, 0x86dd, encodeIpv6({ ...fields, nextHeader: 6 }, segment));
}

describe('frames seen twice', () => {
  it('recognises a copy within a millisecond', () => assert.deepEqual(judge(datagram, later(datagram, 1000)), [false, true]));
  it('recognises a copy that carries the earlier time stamp', () =>
    assert.deepEqual(judge(datagram, later(datagram, -900)), [false, true]));
  it('lets the same octets pass after more than a millisecond', () =>
    assert.deepEqual(judge(datagram, later(datagram, 1001)), [false, false]));
  it('recognises every further copy', () =>
    assert.deepEqual(judge(datagram, later(datagram, 10), later(datagram, 20)), [false, true, true]));
  it('recognises the copy with a VLAN tag', () => {
    const tagged = udp(start, client, server, 1000, 2000, data, { identification: 77, vlans: [100] });
    assert.deepEqual(judge(datagram, later(tagged, 5)), [false, true]);
  });
  it('recognises a copy whose padding differs', () => {
    const short = udp(start, client, server, 1000, 2000, Uint8Array.of(1), { identification: 3 });
    const octets = short.octets.slice();
    octets[octets.length - 1] = 9;
    assert.deepEqual(judge(short, later({ ...short, octets }, 5)), [false, true]);
  });
  it('takes a changed octet anywhere in the packet for another frame', () => {
    for (let at = 0; at < datagram.octets.length; at++) {
      const octets = datagram.octets.slice();
      octets[at] = (octets[at] as number) ^ 0x10;
      assert.deepEqual(judge(datagram, later({ ...datagram, octets }, 5)), [false, false], `octet ${at}`);
    }
  });
  it('of a long packet with a checksum reads the headers, and the last octets where it has no identification', () => {
    const long = Uint8Array.from({ length: 1400 }, (_, i) => i);
    const headers = 14 + 20 + 20;
    const changed = (frame: Frame, at: number) => ({ ...frame, octets: frame.octets.map((octet, i) => (i === at ? octet ^ 0x10 : octet)) });
    const isCopy = (frame: Frame, at: number) => judge(frame, later(changed(frame, at), 5))[1];
    for (const identification of [0, 77]) {
      const frame = tcp(start, client, server, [1, 2], flags.ack, { identification, data: long });
      // Their checksums are those of the frames that were changed.
      for (let at = 0; at < headers; at++) assert.equal(isCopy(frame, at), false, `octet ${at}`);
      assert.deepEqual(
        [700, 1300, frame.octets.length - 16, frame.octets.length - 1].map((at) => isCopy(frame, at)),
        identification === 0 ? [true, true, false, false] : [true, true, true, true],
      );
    }
    const frame = tcp6(start, flags.ack, long);
    for (let at = 0; at < headers + 20; at++) assert.equal(isCopy(frame, at), false, `IPv6, octet ${at}`);
    assert.equal(isCopy(frame, frame.octets.length - 1), false);
  });
  it('of a long packet with a checksum takes one with another checksum for another, of one without reads everything', () => {
    const long = Uint8Array.from({ length: 1400 }, (_, i) => i);
    const changed = (at: number) => long.map((octet, i) => (i === at ? octet ^ 0x10 : octet));
    const send = (payload: Uint8Array) => udp(start, client, server, 1000, 2000, payload, { identification: 77 });
    const withoutChecksum = (frame: Frame) => {
      const octets = frame.octets.slice();
      octets.fill(0, 14 + 20 + 6, 14 + 20 + 8);
      return { ...frame, octets };
    };
    assert.deepEqual(judge(send(long), later(send(long), 5)), [false, true]);
    for (const at of [0, 150, 700, 1300, 1399]) {
      assert.deepEqual(judge(send(long), later(send(changed(at)), 5)), [false, false], `octet ${at}, checksum right`);
      const [one, other] = [withoutChecksum(send(long)), withoutChecksum(send(changed(at)))];
      assert.deepEqual(judge(one, later(one, 5)), [false, true]);
      assert.deepEqual(judge(one, later(other, 5)), [false, false], `octet ${at}, no checksum`);
    }
  });
  it('takes a routed copy for another frame: MACs and time to live differ', () => {
    const router = machine('02:00:00:00:00:99', '192.168.0.1');
    const routed = udp(start, { ...client, mac: router.mac }, server, 1000, 2000, data, { identification: 77, timeToLive: 63 });
    assert.deepEqual(judge(datagram, later(routed, 5)), [false, false]);
  });
  it('takes a retransmission, which has another identification, for another frame', () => {
    const first = tcp(start, client, server, [1, 2], flags.ack, { identification: 1, data });
    const again = tcp(start + 500, client, server, [1, 2], flags.ack, { identification: 2, data });
    assert.deepEqual(judge(first, again), [false, false]);
  });
  it('without an identification compares the content', () => {
    const same = udp(start, client, server, 1, 2, Uint8Array.of(1, 2), { identification: 0 });
    const other = udp(start, client, server, 1, 2, Uint8Array.of(1, 3), { identification: 0 });
    assert.deepEqual(judge(same, other, later(same, 9)), [false, false, true]);
  });
  it('without an identification lets bare acknowledgements and resets pass, but not data or SYN', () => {
    assert.deepEqual(judge(tcp6(start, flags.ack), tcp6(start + 5, flags.ack)), [false, false]);
    assert.deepEqual(judge(tcp6(start, flags.rst), tcp6(start + 5, flags.rst)), [false, false]);
    assert.deepEqual(judge(tcp6(start, flags.syn), tcp6(start + 5, flags.syn)), [false, true]);
    assert.deepEqual(judge(tcp6(start, flags.ack, data), tcp6(start + 5, flags.ack, data)), [false, true]);
  });
  it('recognises a copy of an ARP request', () => {
    const fields = { senderMac: client.mac, targetMac: 0, senderAddress: word(client.address), targetAddress: word(server.address) };
    const request = ethernet(start, client, { mac: 0xffff_ffff_ffff }, 0x0806, encodeArp({ operation: 1, ...fields }));
    assert.deepEqual(judge(request, later(request, 5), later(request, 1_000_000)), [false, true, false]);
  });
  it('tells frames apart by 64 bits also where they differ in the same word of two blocks alone', () => {
    const recent = new RecentFrames(hashKeyFrom('test'));
    const { hashRows, rowHashes } = recent as unknown as { hashRows(of: unknown): void; rowHashes: Int32Array };
    const long = udp(start, client, server, 1000, 2000, data, { identification: 1 });
    const batch = batchOf(Array.from({ length: 256 }, () => long));
    const seen = new Set<number>();
    // Of 2^18 frames eight pairs would meet in 32 bits.
    for (let round = 0; round < 1024; round++) {
      for (let row = 0; row < 256; row++) {
        const networkAt = batch.networkAt[row] as number;
        const number = round * 256 + row;
        batch.view.setUint32(networkAt + 4, Math.imul(number, 0x9e37_79b1));
        batch.view.setUint32(networkAt + 36, Math.imul(number, 0x85eb_ca77));
      }
      hashRows.call(recent, batch);
      for (let row = 0; row < 256; row++)
        seen.add(((rowHashes[row * 2] as number) >>> 0) * 2 ** 21 + ((rowHashes[row * 2 + 1] as number) & 0x1f_ffff));
    }
    assert.equal(seen.size, 2 ** 18);
  });
  it('counts what it forgets within the millisecond', () => {
    const recent = new RecentFrames(hashKeyFrom('test'));
    for (let i = 0; i < 200; i++) {
      const batch = batchOf(Array.from({ length: 256 }, (_, j) => udp(start, client, server, i + 1, j + 1, data, { identification: 5 })));
      recent.read(batch);
      for (let row = 0; row < batch.count; row++) assert.equal(recent.isSecondCopy(row), false);
    }
    assert.ok(recent.forgotten > 0);
  });
});
