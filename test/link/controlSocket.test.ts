import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { broadcastMac } from '../../src/base/address.ts';
import { controlFilter, mirrorFilter, neighbourFilter, ownSolicitationFilter } from '../../src/link/controlFilter.ts';
import { ControlSocket, FrameWait, rowsOfBatch, waitForFrames } from '../../src/link/controlSocket.ts';
import { encodeEthernet, etherType } from '../../src/wire/ethernet.ts';
import { encodeIpv4 } from '../../src/wire/ipv4.ts';
import { encodeIpv6 } from '../../src/wire/ipv6.ts';
import { encodeMldReport } from '../../src/wire/mld.ts';
import { encodeUdp } from '../../src/wire/udp.ts';
import { advertisement, arpFrame, asker, askerMac, ip, ownerMac, serviceMac, solicitation } from '../darkspace/frames.ts';
import { connect, Namespace, noLab } from '../lab/namespaces.ts';

const udp = (from: number, to: number) =>
  encodeUdp({ source: ip('10.9.0.1'), destination: ip('10.9.0.2'), sourcePort: from, destinationPort: to }, new Uint8Array(4));
const ipv4 = (from: number, to: number, destinationMac = ownerMac) =>
  encodeEthernet(
    { destinationMac, sourceMac: askerMac, etherType: etherType.ipv4 },
    encodeIpv4({ source: 0x0a090001, destination: 0x0a090002, protocol: 17 }, udp(from, to)),
  );
const report = encodeMldReport({ source: asker, destination: ip('ff02::16'), groups: [ip('ff02::1:ff00:1')] });
/** Hop-by-hop options with a router alert come first. */
const mld = encodeEthernet(
  { destinationMac: 0x3333_0000_0016, sourceMac: askerMac, etherType: etherType.ipv6 },
  encodeIpv6({ source: asker, destination: ip('ff02::16'), nextHeader: 0, hopLimit: 1 }, Uint8Array.of(58, 0, 5, 2, 0, 0, 1, 0, ...report)),
);
const ping = (to: number) =>
  encodeEthernet(
    { destinationMac: to, sourceMac: askerMac, etherType: etherType.ipv6 },
    encodeIpv6({ source: asker, destination: ip('2001:db8:1::9'), nextHeader: 58 }, Uint8Array.of(128, 0, 0, 0, 0, 0, 0, 0)),
  );
const tagged = () => {
  const frame = solicitation();
  return Uint8Array.of(...frame.subarray(0, 12), 0x81, 0, 0, 7, ...frame.subarray(12));
};

const rows: readonly (readonly [sentence: string, frame: Uint8Array, passes: boolean])[] = [
  ['a solicitation', solicitation(), true],
  ['an advertisement', advertisement(), true],
  ['ARP', arpFrame(), true],
  ['a report of multicast listeners behind hop-by-hop options', mld, true],
  ['DHCP from a server', ipv4(67, 68), true],
  ['a packet to the own MAC address', ipv4(1000, 445, serviceMac), true],
  ['an echo request to the own MAC address', ping(serviceMac), true],
  ['a packet between others', ipv4(1000, 445), false],
  ['an echo request between others', ping(ownerMac), false],
  ['a broadcast that is no ARP', ipv4(137, 137, broadcastMac), false],
  ['an own solicitation', solicitation({ mac: serviceMac }), false],
  ['a solicitation with a VLAN tag', tagged(), false],
];

describe('a control socket', { skip: noLab }, () => {
  const cable = (t: { after: (end: () => void) => void }) => {
    const [left, right] = [new Namespace(t), new Namespace(t)];
    connect(left, { name: 'a0' }, right, { name: 'b0' });
    return { left, right };
  };
  const receiveAll = async (socket: ControlSocket, withinMs = 200) => {
    await waitForFrames([socket], withinMs);
    const received: string[] = [];
    for (let frame = socket.receive(); frame !== undefined; frame = socket.receive())
      received.push(Buffer.from(frame.octets).toString('hex'));
    return received;
  };
  it('lets through what says who owns or asks, and what comes to the own MAC address, and nothing else', async (t) => {
    const { left, right } = cable(t);
    const sender = left.inside(() => new ControlSocket('a0', neighbourFilter()));
    const socket = right.inside(() => new ControlSocket('b0', controlFilter(serviceMac)));
    for (const [sentence, frame, passes] of rows) {
      assert.equal(sender.send(frame), true);
      const received = await receiveAll(socket, passes ? 5000 : 200);
      assert.equal(received.length, passes ? 1 : 0, sentence);
      if (passes) assert.ok(received[0]?.startsWith(Buffer.from(frame).toString('hex')), sentence);
    }
    assert.equal(socket.takeDropped(), 0);
    assert.equal(socket.isUp(), true);
    for (const one of [sender, socket]) one.close();
  });
  it('shows only own solicitations to the visibility gauge', async (t) => {
    const { left, right } = cable(t);
    const sender = left.inside(() => new ControlSocket('a0', neighbourFilter()));
    const socket = right.inside(() => new ControlSocket('b0', ownSolicitationFilter(serviceMac)));
    sender.send(solicitation());
    sender.send(advertisement());
    sender.send(solicitation({ mac: serviceMac }));
    assert.equal((await receiveAll(socket)).length, 1);
    for (const one of [sender, socket]) one.close();
  });
  it('leaves what comes to the own MAC address to the service port', async (t) => {
    const { left, right } = cable(t);
    const sender = left.inside(() => new ControlSocket('a0', neighbourFilter()));
    const socket = right.inside(() => new ControlSocket('b0', mirrorFilter(serviceMac, 0)));
    for (const [sentence, frame, passes] of rows) {
      sender.send(frame);
      const isToOwn = Buffer.from(frame).readUIntBE(0, 6) === serviceMac;
      const isKept = passes && !isToOwn;
      assert.equal((await receiveAll(socket, isKept ? 5000 : 200)).length, isKept ? 1 : 0, sentence);
    }
    for (const one of [sender, socket]) one.close();
  });
  it('of a mirror port lets through one VLAN, whatever the priority in the tag', async (t) => {
    const { left, right } = cable(t);
    const sender = left.inside(() => new ControlSocket('a0', neighbourFilter()));
    const socket = right.inside(() => new ControlSocket('b0', mirrorFilter(serviceMac, 7)));
    const within = (high: number, low: number) => {
      const frame = tagged();
      frame.set([high, low], 14);
      return frame;
    };
    const rowsOfVlan: readonly (readonly [sentence: string, frame: Uint8Array, passes: boolean])[] = [
      ['its VLAN', within(0, 7), true],
      ['its VLAN with a priority', within(0xe0, 7), true],
      ['another VLAN', within(0, 8), false],
      ['another VLAN that ends alike', within(1, 7), false],
      ['a tag for the priority alone', within(0xe0, 0), false],
      ['no tag', solicitation(), false],
    ];
    for (const [sentence, frame, passes] of rowsOfVlan) {
      sender.send(frame);
      const received = await receiveAll(socket, passes ? 5000 : 200);
      // The kernel has taken the tag out.
      assert.deepEqual(received, passes ? [Buffer.from(solicitation()).toString('hex')] : [], sentence);
    }
    for (const one of [sender, socket]) one.close();
  });
  it('sends and fetches many frames in their order, however many calls that takes', async (t) => {
    const { left, right } = cable(t);
    const sender = left.inside(() => new ControlSocket('a0', neighbourFilter()));
    const socket = right.inside(() => new ControlSocket('b0', neighbourFilter()));
    const targets = Array.from({ length: 150 }, (_, n) => ip('2001:db8:1::7:0') + BigInt(n));
    const frames = targets.map((target) => solicitation({ target }));
    assert.deepEqual(
      sender.sendBatch(frames),
      frames.map(() => true),
    );
    const received: string[] = [];
    const take = (octets: Uint8Array, at: number, end: number) => received.push(Buffer.from(octets.subarray(at, end)).toString('hex'));
    // However they come: a busy machine hands them over in pieces.
    for (let tries = 0; received.length < frames.length && tries < 100; tries++) {
      new FrameWait([socket]).block(200);
      while (socket.receiveBatch(take) === rowsOfBatch);
    }
    assert.deepEqual(
      received,
      frames.map((frame) => Buffer.from(frame).toString('hex')),
    );
    for (const one of [sender, socket]) one.close();
  });
  it('says of each frame whether the kernel took it, and gives a long one with its length', async (t) => {
    const { left, right } = cable(t);
    const sender = left.inside(() => new ControlSocket('a0', neighbourFilter()));
    const socket = right.inside(() => new ControlSocket('b0', controlFilter(serviceMac)));
    // Shorter than a link header: the kernel refuses it, wherever in a batch it stands.
    assert.deepEqual(sender.sendBatch([solicitation(), new Uint8Array(4), advertisement()]), [true, false, true]);
    const long = new Uint8Array(3000);
    long.set(ipv4(1000, 445, serviceMac));
    left.ip('link', 'set', 'a0', 'mtu', '4000');
    right.ip('link', 'set', 'b0', 'mtu', '4000');
    assert.deepEqual(sender.sendBatch([long]), [true]);
    const found: [number, number][] = [];
    for (let tries = 0; found.length < 3 && tries < 100; tries++) {
      new FrameWait([socket]).block(200);
      socket.receiveBatch((_, at, end, originalLength) => found.push([end - at, originalLength]));
    }
    assert.deepEqual(found.at(-1), [2048, 3000]);
    for (const one of [sender, socket]) one.close();
  });
  it('waits no longer than it is told when nothing comes', async (t) => {
    const { right } = cable(t);
    const socket = right.inside(() => new ControlSocket('b0', neighbourFilter()));
    assert.deepEqual(await receiveAll(socket), []);
    socket.close();
  });
  it('says which interface is missing', () => {
    assert.throws(() => new ControlSocket('nowhere0', neighbourFilter()), /there is no interface nowhere0/);
  });
});
