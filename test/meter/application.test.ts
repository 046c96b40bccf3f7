import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { applicationIn, applicationNamed } from '../../src/meter/application.ts';
import { applications } from '../../src/record/application.ts';
import { encodeDnsQuery } from '../../src/wire/dns.ts';
import { encodeHttpRequest } from '../../src/wire/http.ts';
import { encodeClientHello } from '../../src/wire/tls.ts';
import { batchOf, client, flags, meterAll, minutes, server, start, tcp, udp } from './frames.ts';

const text = (line: string) => Uint8Array.from(line, (letter) => letter.charCodeAt(0));
const stream = (atUs: number, data: Uint8Array, port = 443) => tcp(atUs, client, server, [40000, port], flags.ack, { data });

describe('application protocols', () => {
  it('have numbers from 1 in the order of their declaration, and 0 is none', () => {
    assert.deepEqual(
      applications.map((_, i) => applicationNamed(i + 1)),
      [...applications],
    );
    assert.equal(applicationNamed(0), null);
  });
  it('are told by the octets, not by the port alone', () => {
    const inside = (frame: ReturnType<typeof udp>) => applicationNamed(applicationIn(batchOf([frame]), 0));
    assert.equal(inside(udp(start, client, server, 40000, 53, encodeDnsQuery({ id: 1, name: 'a.example', type: 1 }))), 'dns');
    assert.equal(inside(udp(start, client, server, 40000, 53, text('GET / HTTP'))), null);
    assert.equal(inside(stream(start, encodeClientHello({ serverName: 'a.example' }), 8765)), 'tls');
    assert.equal(inside(stream(start, text('hello, this is not TLS'))), null);
  });
  it('once recognised stay with the conversation in its later minutes', () => {
    const opaque = Uint8Array.of(0xff, 1, 2, 3, 4, 5, 6, 7);
    const { kept } = meterAll([
      stream(start, encodeHttpRequest({ method: 'GET', target: '/', host: 'a.example' }), 80),
      stream(minutes(1), opaque, 80),
      stream(minutes(2), opaque, 80),
    ]);
    assert.deepEqual(
      kept.flows.map((flow) => [flow.application, flow.serverName]),
      [
        ['http', 'a.example'],
        ['http', null],
        ['http', null],
      ],
    );
  });
});
