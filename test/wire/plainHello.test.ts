import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Fault, latin1 } from '../../src/base/octets.ts';
import { PlainHello } from '../../src/wire/plainHello.ts';
import { type ClientHelloFields, encodeClientHello, readClientHello } from '../../src/wire/tls.ts';

/** Name, and the client's time, as both ways of reading have them; `undefined` where the message is not plain. */
function bothWays(octets: Uint8Array) {
  const hello = new PlainHello();
  if (!hello.read(new DataView(octets.buffer, octets.byteOffset, octets.length), 0, octets.length)) return undefined;
  const read = readClientHello({ octets, at: 0, end: octets.length, limitedBy: 'capture' });
  assert.ok(read && !(read instanceof Fault) && read.fault === undefined, 'what is plain is sound');
  const { nameAt, nameLength, gmtUnixTime } = hello;
  return {
    plain: [nameLength > 0 ? latin1(octets, nameAt, nameLength) : undefined, gmtUnixTime < 0 ? undefined : gmtUnixTime],
    general: [read.serverName, read.gmtUnixTime],
  };
}

const fields: fc.Arbitrary<ClientHelloFields> = fc.record(
  {
    serverName: fc.constantFrom('a.example', 'x', 'Upper.example', 'dot.example.', 'two words', '-', `${'l'.repeat(250)}`),
    applicationProtocols: fc.constantFrom([], ['h2', 'http/1.1']),
    gmtUnixTime: fc.nat(0xffff_ffff),
    padding: fc.constantFrom(0, 100, 1000),
    random: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  },
  { requiredKeys: [] },
);

describe('a plain ClientHello', () => {
  it('says what the reading of the whole message says, whatever is sent', () => {
    let plain = 0;
    const change = fc.record({ at: fc.nat(), to: fc.nat(255) });
    fc.assert(
      fc.property(fields, fc.array(change, { maxLength: 3 }), fc.constantFrom(0, 0, 0, -1, 1, 30), (given, changes, cut) => {
        const whole = encodeClientHello(given);
        const octets = new Uint8Array(whole.length + Math.max(0, -cut));
        octets.set(whole);
        for (const { at, to } of changes) octets[at % octets.length] = to;
        const both = bothWays(octets.subarray(0, octets.length - Math.max(0, cut)));
        if (both === undefined) return;
        plain++;
        assert.deepEqual(both.plain, both.general);
      }),
      { numRuns: 5000 },
    );
    assert.ok(plain > 200, `${plain} were plain`);
  });
  it('is what clients send', () => {
    assert.deepEqual(bothWays(encodeClientHello({ serverName: 'www.example', applicationProtocols: ['h2'], padding: 300 }))?.plain, [
      'www.example',
      undefined,
    ]);
    assert.deepEqual(bothWays(encodeClientHello({ serverName: 'www.example', gmtUnixTime: 1_610_000_000 }))?.plain, [
      'www.example',
      1_610_000_000,
    ]);
    assert.deepEqual(bothWays(encodeClientHello({}))?.plain, [undefined, undefined]);
  });
});
