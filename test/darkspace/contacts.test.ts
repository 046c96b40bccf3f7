import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { broadcastMac } from '../../src/base/address.ts';
import type { Asker, Claim } from '../../src/darkspace/claim.ts';
import { Contacts, summarise } from '../../src/darkspace/contacts.ts';
import type { ContactSign } from '../../src/darkspace/sign.ts';
import { darkKind } from '../../src/record/dark.ts';
import { asker, askerMac, dark, start } from './frames.ts';

const second = 1_000_000;
const none = new Uint8Array(0);

function open(mostContacts = 10) {
  const one: Asker = {
    mac: askerMac,
    address: asker,
    firstAskedAtUs: start,
    askedAtUs: start,
    askedMac: broadcastMac,
    toldAtUs: start + second,
    solicitations: 1,
  };
  const claim: Claim = {
    target: dark,
    state: 'held',
    solicitedAtUs: start,
    probesAtUs: [start, start + 400_000],
    decidedAtUs: start + second,
    verifiedAtUs: start + second,
    usedAtUs: start + second,
    askers: new Map([[askerMac, one]]),
  };
  const contacts = new Contacts(mostContacts, { sensor: 'box1', interface: 'svc0', mode: 'answer' });
  contacts.begin(claim, one, start + second);
  return { contacts, claim, one };
}

const packet = (port: number, octets = 100, protocol = 6): ContactSign => ({
  kind: 'contact',
  asker,
  askerMac,
  target: dark,
  protocol,
  port,
  octets,
  payloadAt: 0,
  payloadEnd: 0,
});

describe('the contacts with dark addresses', () => {
  it('are told of at once, with the proof, and again soon after the first packets', () => {
    const { contacts } = open();
    const [first] = contacts.takeSlices(start + second);
    assert.deepEqual([first?.slice, first?.packets, first?.solicitations], [0, 0, 1]);
    assert.deepEqual(first?.probesAt, [start, start + 400_000]);
    contacts.packet(packet(445), new TextEncoder().encode('GET /\r\n'), 'a.pcapng', start + 2 * second);
    contacts.packet(packet(445, 60), none, 'a.pcapng', start + 3 * second);
    assert.deepEqual(contacts.takeSlices(start + second), []);
    const [second_] = contacts.takeSlices(start + 3 * second);
    assert.deepEqual(
      [second_?.slice, second_?.packets, second_?.octets, second_?.payload, second_?.evidence],
      [1, 2, 160, 'GET /  ', 'a.pcapng'],
    );
    assert.deepEqual(second_?.services, [{ protocol: 6, port: 445, packets: 2 }]);
    assert.equal(darkKind.schema.safeParse(second_).success, true);
  });
  it('sum up over their slices to what came', () => {
    const { contacts, claim } = open();
    for (let n = 0; n < 500; n++) contacts.packet(packet(n % 7), none, null, start + n * second);
    const slices = [...contacts.takeSlices(start + 600 * second), ...contacts.takeSlices(start + 700 * second)];
    contacts.packet(packet(1), none, null, start + 701 * second);
    contacts.end(claim, 'not used any more', start + 702 * second);
    slices.push(...contacts.takeSlices(start + 702 * second));
    assert.equal(
      slices.reduce((sum, { packets }) => sum + packets, 0),
      501,
    );
    assert.equal(slices.at(-1)?.ended, 'not used any more');
    assert.deepEqual([contacts.size, contacts.packet(packet(1), none, null, start)], [0, false]);
    assert.equal(contacts.unclaimedPackets, 1);
  });
  it('do not take the filler of an echo request for data', () => {
    const { contacts } = open();
    contacts.packet(packet(128, 118, 58), new Uint8Array(56), null, start + second);
    assert.deepEqual(
      contacts.takeSlices(start + 9 * second).map(({ payload }) => payload),
      [null, null],
    );
  });
  it('of a port scan keep a bounded number of ports', () => {
    const { contacts } = open();
    for (let n = 0; n < 1000; n++) contacts.packet(packet(n), none, null, start + second);
    const [, slice] = contacts.takeSlices(start + 5 * second);
    assert.equal(slice?.services.length, 65);
    assert.deepEqual(slice?.services.at(-1), { protocol: 6, port: null, packets: 936 });
  });
  it('find no room beyond their number, and are counted', () => {
    const { contacts, claim, one } = open(1);
    contacts.begin({ ...claim, target: dark + 1n }, one, start);
    assert.deepEqual([contacts.size, contacts.refused], [1, 1]);
  });
  it('are handed out a few at a time where that is wanted, and none is handed out twice', () => {
    const { contacts, claim, one } = open();
    for (let n = 1n; n < 5n; n++) contacts.begin({ ...claim, target: dark + n }, one, start + second);
    const targets = [2, 2, 2, 2].map((most) => contacts.takeSlices(start + second, false, most).map(({ target }) => target - dark));
    assert.deepEqual(targets, [[0n, 1n], [2n, 3n], [4n], []]);
  });
  it('that nobody takes are kept up to a number, and counted beyond it', () => {
    const { contacts, claim, one } = open(2);
    for (let n = 0; n < 5; n++) {
      contacts.end(claim, 'not used any more', start + second);
      contacts.begin(claim, one, start + second);
    }
    assert.deepEqual([contacts.takeSlices(start + second).length, contacts.slicesLost], [4, 7]);
  });
  it('show data as text where it is text, else in hexadecimal digits', () => {
    assert.equal(summarise(new TextEncoder().encode('HELO x\n')), 'HELO x ');
    assert.equal(summarise(Uint8Array.of(0, 255, 0x1b)), '00 ff 1b');
    assert.equal(summarise(new Uint8Array(1000)).length, 95);
  });
});
