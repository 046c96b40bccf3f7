import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { frameOf, type Speaker } from '../../src/darkspace/answerFrame.ts';
import type { Action } from '../../src/darkspace/claim.ts';
import { neighbourFilter } from '../../src/link/controlFilter.ts';
import { ControlSocket, FrameWait } from '../../src/link/controlSocket.ts';
import { type OutgoingFrame, Transmitter } from '../../src/link/transmitter.ts';
import { asker, askerMac, dark, ip, serviceMac } from '../darkspace/frames.ts';
import { connect, Namespace, noLab } from '../lab/namespaces.ts';

const speaker: Speaker = { mac: serviceMac, addresses: [ip('fe80::b5e'), ip('2001:db8:1::200')] };
const outgoing = (action: Action) => frameOf(action, speaker) as OutgoingFrame;
const probe = (n: number) => outgoing({ kind: 'probe', target: dark + BigInt(n) });
const answer = (n: number) => outgoing({ kind: 'answer', target: dark + BigInt(n), asker, askerMac });

describe('the transmitter', { skip: noLab }, () => {
  it('sends all of a burst in its order, in calls that many frames share', (t) => {
    const [box, link] = [new Namespace(t), new Namespace(t)];
    connect(box, { name: 'svc0' }, link, { name: 'out0' });
    const listener = link.inside(() => new ControlSocket('out0', neighbourFilter()));
    const socket = box.inside(() => new ControlSocket('svc0', neighbourFilter()));
    const transmitter = box.inside(() => new Transmitter('svc0', socket));
    const frames = Array.from({ length: 100 }, (_, n) => (n % 3 === 0 ? answer(n) : probe(n)));
    assert.ok(transmitter.sendAll(frames).every((isTaken) => isTaken));
    assert.deepEqual([...transmitter.sent], [['packet-socket', 100]]);
    assert.equal(transmitter.sendAll([answer(1)])[0], true);
    assert.equal(
      [...transmitter.sent.values()].reduce((a, b) => a + b, 0),
      101,
    );
    assert.deepEqual(transmitter.sendAll([]), []);
    const received: string[] = [];
    const take = (octets: Uint8Array, at: number, end: number) => received.push(Buffer.from(octets.subarray(at, end)).toString('hex'));
    for (let tries = 0; received.length < frames.length + 1 && tries < 100; tries++) {
      new FrameWait([listener]).block(200);
      while (listener.receiveBatch(take) > 0);
    }
    assert.deepEqual(
      received,
      [...frames, answer(1)].map(({ frame }) => Buffer.from(frame).toString('hex')),
    );
    assert.equal(transmitter.failed, 0);
    transmitter.close();
    for (const one of [listener, socket]) one.close();
  });
  it('leaves nothing behind that crashes when it is collected', async (t) => {
    const [box, link] = [new Namespace(t), new Namespace(t)];
    connect(box, { name: 'svc0' }, link, { name: 'out0' });
    const socket = box.inside(() => new ControlSocket('svc0', neighbourFilter()));
    for (let i = 0; i < 5; i++) box.inside(() => new Transmitter('svc0', socket)).close();
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    for (let i = 0; i < 3; i++) {
      collect();
      await setImmediate();
    }
    assert.equal(socket.send(answer(1).frame), true);
    socket.close();
  });
  it('counts what the kernel does not take, and says which', (t) => {
    const [box, link] = [new Namespace(t), new Namespace(t)];
    connect(box, { name: 'svc0' }, link, { name: 'out0' });
    const socket = box.inside(() => new ControlSocket('svc0', neighbourFilter()));
    const transmitter = box.inside(() => new Transmitter('svc0', socket));
    box.ip('link', 'set', 'svc0', 'down');
    const taken = transmitter.sendAll(Array.from({ length: 70 }, (_, n) => answer(n)));
    assert.deepEqual([taken.length, taken.some((isTaken) => isTaken), transmitter.failed], [70, false, 70]);
    transmitter.close();
    socket.close();
  });
});
