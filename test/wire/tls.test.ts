import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '../../src/base/octets.ts';
import { concatenate } from '../../src/wire/octetBuilder.ts';
import { type ClientHello, encodeClientHello, readClientHello } from '../../src/wire/tls.ts';
import { accepted, hex, region } from './hostility.ts';

/** The ClientHello of RFC 8448 §3 (simple 1-RTT handshake), whose server name is "server". */
const rfc8448 = hex(`
  16 03 01 00 c4 01 00 00 c0 03 03 cb34ecb1e78163ba1c38c6dacb196a6dffa21a8d9912ec18a2ef6283024dece7 00 0006 1301 1303 1302 01 00 0091
  0000 000b 0009 00 0006 736572766572  ff01 0001 00  000a 0014 0012 001d 0017 0018 0019 0100 0101 0102 0103 0104  0023 0000
  0033 0026 0024 001d 0020 99381de560e4bd43d23d8e435a7dbafeb3c06e51c13cae4d5413691e529aaf2c  002b 0003 02 0304
  000d 0020 001e 0403 0503 0603 0203 0804 0805 0806 0401 0501 0601 0201 0402 0502 0602 0202  002d 0002 0101  001c 0002 4001`);

function hello(octets: Uint8Array): ClientHello {
  return accepted(readClientHello(region(octets)));
}

/** The same handshake message in records of at most `size` octets. */
function inRecords(octets: Uint8Array, size: number): Uint8Array {
  const records: Uint8Array[] = [];
  for (let at = 5; at < octets.length; at += size) {
    const piece = octets.slice(at, at + size);
    records.push(Uint8Array.of(22, 3, 1, piece.length >>> 8, piece.length & 255), piece);
  }
  return concatenate(...records);
}

describe('TLS ClientHello', () => {
  it('finds the server name in the example of RFC 8448 §3', () =>
    assert.deepEqual(hello(rfc8448), {
      serverName: 'server',
      applicationProtocols: [],
      encryptedClientHello: false,
      gmtUnixTime: undefined,
      fault: undefined,
    }));
  it('finds it when the message is spread over records of any size', () => {
    for (const size of [1, 2, 3, 40, 100, 195]) assert.equal(hello(inRecords(rfc8448, size)).serverName, 'server', `records of ${size}`);
  });
  it('gives the name in lower case, with protocols, and says that there is an encrypted hello', () => {
    const octets = encodeClientHello({ serverName: 'WWW.Example.COM', applicationProtocols: ['h2', 'http/1.1'] });
    assert.equal(hello(octets).serverName, 'www.example.com');
    assert.deepEqual(hello(octets).applicationProtocols, ['h2', 'http/1.1']);
    // The type of the padding extension overwritten with that of encrypted_client_hello.
    const padded = encodeClientHello({ serverName: 'outer.example', padding: 4 });
    const at = padded.length - 8;
    assert.equal(hello(padded.with(at, 0xfe).with(at + 1, 0x0d)).encryptedClientHello, true);
  });
  it('says what the clock of a client of TLS 1.2 shows, and takes no random octets of TLS 1.3, or of a draft of it, for a time', () => {
    const old = encodeClientHello({ serverName: 'a.example', gmtUnixTime: 1_620_637_200 });
    assert.deepEqual([hello(old).gmtUnixTime, hello(old).serverName], [1_620_637_200, 'a.example']);
    assert.equal(hello(inRecords(old, 7)).gmtUnixTime, 1_620_637_200);
    const versions = rfc8448.length - 6 - 6 - 36 - 2;
    assert.deepEqual([...rfc8448.subarray(versions, versions + 2)], [3, 4], 'the version that is offered');
    assert.equal(hello(rfc8448.with(versions, 0x7f).with(versions + 1, 0x1c)).gmtUnixTime, undefined);
    assert.equal(hello(rfc8448.with(versions + 1, 3)).gmtUnixTime, 0xcb34ecb1);
  });
  it('does not say it where the hello was cut: what is missing might offer TLS 1.3', () => {
    const old = encodeClientHello({ serverName: 'a.example', gmtUnixTime: 1_620_637_200 });
    const read = readClientHello(region(old, old.length - 1));
    assert.ok(read && !(read instanceof Fault));
    assert.deepEqual([read.serverName, read.gmtUnixTime], ['a.example', undefined]);
  });
  it('has no name where the client named none', () => assert.equal(hello(encodeClientHello({})).serverName, undefined));
  it('asks for more at every length before the name is there, and has it from there on', () => {
    const nameEnd = 5 + 4 + 34 + 1 + 8 + 2 + 2 + 15;
    for (let end = 1; end < rfc8448.length; end++) {
      const read = readClientHello(region(rfc8448, end));
      if (end < nameEnd) assert.ok(read instanceof Fault && read.kind === 'truncated', `cut at ${end}`);
      else assert.ok(read && !(read instanceof Fault) && read.serverName === 'server', `cut at ${end}`);
    }
  });
  it('leaves other records and other handshake messages alone', () => {
    assert.equal(readClientHello(region(rfc8448.with(0, 23))), undefined);
    assert.equal(readClientHello(region(rfc8448.with(5, 2))), undefined);
    assert.equal(readClientHello(region(rfc8448.with(1, 2))), undefined);
  });
  it('refuses a name that holds blanks or controls', () => {
    const at = 5 + 4 + 34 + 1 + 8 + 2 + 2 + 9;
    assert.equal(hello(rfc8448.with(at, 0x20)).serverName, undefined);
    assert.equal(hello(rfc8448.with(at, 0x0a)).serverName, undefined);
  });
});
