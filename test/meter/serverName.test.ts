import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '../../src/base/octets.ts';
import { plausibleHostName, ServerNames } from '../../src/meter/serverName.ts';
import { encodeHttpRequest } from '../../src/wire/http.ts';
import { encodeClientHello } from '../../src/wire/tls.ts';
import { batchOf, client, flags, server, start, tcp } from './frames.ts';

describe('a plausible host name', () => {
  const accepted: [string, string, string][] = [
    ['is taken in lower case', 'WWW.Example.COM', 'www.example.com'],
    ['loses its trailing dot', 'example.com.', 'example.com'],
    ['may have underscores', '_dmarc.a_b.example', '_dmarc.a_b.example'],
    ['may be a single label', 'printer', 'printer'],
    ['may be an address in dotted form', '192.0.2.1', '192.0.2.1'],
    ['may have 253 octets', `${'a'.repeat(61)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(63)}`, ''],
  ];
  for (const [sentence, text, expected] of accepted) it(sentence, () => assert.equal(plausibleHostName(text), expected || text));
  const refused: [string, string][] = [
    ['is not empty', ''],
    ['is not a dot', '.'],
    ['has no empty label', 'a..b'],
    ['has no blank', 'a b.example'],
    ['has no control character', 'a\u0000.example'],
    ['has no markup', '<script>.example'],
    ['has no letters beyond ASCII', 'bücher.example'],
    ['has no label of 64 octets', `${'a'.repeat(64)}.example`],
    ['has no label that ends in a hyphen', 'a-.example'],
    ['has not 254 octets', `${'a'.repeat(62)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(63)}`],
    ['is no IPv6 address', '[2001:db8::1]'],
  ];
  for (const [sentence, text] of refused) it(sentence, () => assert.equal(plausibleHostName(text), undefined));
});

describe('the name that a client asks for', () => {
  const send = (data: Uint8Array, cuts: number[] = []) => {
    const names = new ServerNames();
    const edges = [0, ...cuts, data.length];
    const frames = edges
      .slice(1)
      .map((end, i) =>
        tcp(start + i, client, server, [40000, 443], flags.ack, { sequence: 1000 + (edges[i] as number), data: data.slice(edges[i], end) }),
      );
    const batch = batchOf(frames);
    return { found: frames.map((_, row) => names.find(batch, row)), names };
  };

  it('is the server name of a ClientHello', () =>
    assert.deepEqual(send(encodeClientHello({ serverName: 'a.example' })).found, [{ name: 'a.example', evidence: 'tls-sni' }]));
  it('is found when the ClientHello is cut into segments anywhere', () => {
    const hello = encodeClientHello({ serverName: 'split.example' });
    for (let cut = 6; cut < hello.length; cut++)
      assert.deepEqual(
        send(hello, [cut]).found.find((found) => found && !(found instanceof Fault)),
        { name: 'split.example', evidence: 'tls-sni' },
        `cut at ${cut}`,
      );
  });
  it('is the host of an HTTP request', () =>
    assert.deepEqual(send(encodeHttpRequest({ method: 'GET', target: '/', host: 'B.example:8080' })).found, [
      { name: 'b.example', evidence: 'http-host' },
    ]));
  it('is left out and counted when it cannot be a name', () => {
    const { found, names } = send(encodeClientHello({ serverName: 'a..example' }));
    assert.deepEqual([found[0] instanceof Fault ? 'fault' : found[0], names.implausible], [undefined, 1]);
  });
});
