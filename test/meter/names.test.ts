import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatAddress, parseAddress } from '../../src/base/address.ts';
import { second } from '../../src/base/time.ts';
import { type DnsAnswerFields, encodeDnsQuery, encodeDnsResponse } from '../../src/wire/dns.ts';
import { encodeDnsOverTcp } from '../../src/wire/dnsOverTcp.ts';
import { dnsType } from '../../src/wire/dnsRecord.ts';
import { encodeNbnsResponse } from '../../src/wire/nbns.ts';
import { client, type Frame, flags, machine, meterAll, server, start, tcp, udp } from './frames.ts';

const address = (text: string) => parseAddress(text) as bigint;
const asked = [{ name: 'www.example', type: dnsType.a }];
const a = (name: string, text: string, ttlSeconds = 300): DnsAnswerFields => ({ name, address: address(text), ttlSeconds });
const alias = (name: string, target: string, ttlSeconds = 300): DnsAnswerFields => ({ name, target, ttlSeconds });
const respond = (answers: DnsAnswerFields[], responseCode = 0) => encodeDnsResponse({ id: 1, questions: asked, answers, responseCode });
const overUdp = (message: Uint8Array, port = 53, to = client) => udp(start, server, to, port, 40000, message);
/** Name, address, seconds until it ends. */
const learnt = (frame: Frame) =>
  meterAll([frame]).kept.names.map((name) => [name.name, formatAddress(name.address), (name.until - name.from) / second]);

describe('names learnt from answers', () => {
  it('say who learnt what, when, from whom', () => {
    const [record] = meterAll([overUdp(respond([a('www.example', '192.0.2.7')]))]).kept.names;
    assert.deepEqual(record, {
      capture: 'test',
      frame: 1,
      clientMac: client.mac,
      clientAddress: client.address,
      name: 'www.example',
      address: address('192.0.2.7'),
      from: start,
      until: start + 300 * second,
      evidence: 'dns',
      server: server.address,
    });
  });
  it('give the name that was asked for the address at the end of its aliases, for the smallest TTL on the way', () =>
    assert.deepEqual(
      learnt(
        overUdp(
          respond([
            alias('www.example', 'edge.cdn.example', 60),
            alias('edge.cdn.example', 'x.cdn.example', 20),
            a('x.cdn.example', '192.0.2.7', 30),
          ]),
        ),
      ),
      [['www.example', '192.0.2.7', 20]],
    ));
  it('follow aliases whatever the order of the records', () =>
    assert.deepEqual(learnt(overUdp(respond([a('edge.example', '192.0.2.7', 30), alias('www.example', 'edge.example', 10)]))), [
      ['www.example', '192.0.2.7', 10],
    ]));
  it('take every address of the answer', () =>
    assert.deepEqual(learnt(overUdp(respond([a('www.example', '192.0.2.7'), a('www.example', '2001:db8::7', 5)]))), [
      ['www.example', '192.0.2.7', 300],
      ['www.example', '2001:db8::7', 5],
    ]));
  it('do not follow aliases in a circle', () =>
    assert.deepEqual(
      learnt(overUdp(respond([alias('www.example', 'b.example'), alias('b.example', 'www.example'), a('b.example', '192.0.2.7', 9)]))),
      [['www.example', '192.0.2.7', 9]],
    ));
  it('leave addresses of names alone that were not asked for', () =>
    assert.deepEqual(learnt(overUdp(respond([a('bank.example', '192.0.2.66')]))), []));
  it('come from answers without error only', () => assert.deepEqual(learnt(overUdp(respond([a('www.example', '192.0.2.7')], 3))), []));
  it('do not come from queries', () => assert.deepEqual(learnt(overUdp(encodeDnsQuery({ id: 1, name: 'www.example', type: 1 }))), []));
  it('do not come from other ports', () => assert.deepEqual(learnt(overUdp(respond([a('www.example', '192.0.2.7')]), 1053)), []));
  it('come over TCP too, also split into segments', () => {
    const message = encodeDnsOverTcp(respond([a('www.example', '192.0.2.7')]));
    const segments = [message.slice(0, 20), message.slice(20)];
    const frames = segments.map((data, i) => tcp(start + i, server, client, [53, 40000], flags.ack, { data, sequence: 1 + 20 * i }));
    assert.deepEqual(
      meterAll(frames).kept.names.map(({ name, evidence }) => [name, evidence]),
      [['www.example', 'dns']],
    );
  });
  it('are bounded for one answer, and the rest is counted', () => {
    const answers = Array.from({ length: 200 }, (_, i) => a('www.example', `192.0.2.${i}`));
    const { kept, meter } = meterAll([overUdp(respond(answers))]);
    assert.deepEqual([kept.names.length, meter.leftOut['name-beyond-bound']], [128, 72]);
  });
  it('of mDNS belong to each record, as no question is repeated', () => {
    const group = machine('01:00:5e:00:00:fb', '224.0.0.251');
    const message = encodeDnsResponse({ id: 0, questions: [], answers: [a('Printer.local', '192.168.0.9', 120)] });
    const { kept } = meterAll([udp(start, machine('02:00:00:00:00:09', '192.168.0.9'), group, 5353, 5353, message)]);
    assert.deepEqual(
      kept.names.map(({ name, evidence, clientAddress }) => [name, evidence, formatAddress(clientAddress)]),
      [['printer.local', 'mdns', '224.0.0.251']],
    );
  });
  it('of LLMNR and NBNS carry their evidence', () => {
    assert.deepEqual(
      meterAll([overUdp(respond([a('www.example', '192.0.2.7')]), 5355)]).kept.names.map(({ evidence }) => evidence),
      ['llmnr'],
    );
    const nbns = encodeNbnsResponse({ id: 1, name: 'FILES', suffix: 0x20, address: address('192.0.2.8'), ttlSeconds: 60 });
    assert.deepEqual(
      meterAll([overUdp(nbns, 137)]).kept.names.map(({ name, evidence }) => [name, evidence]),
      [['files', 'nbns']],
    );
  });
});
