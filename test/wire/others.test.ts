import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '../../src/base/octets.ts';
import { encodeEapIdentity, readEapol } from '../../src/wire/eapol.ts';
import { encodeLldp, readLldp } from '../../src/wire/lldp.ts';
import { encodeNtp, ntpMode, readNtp } from '../../src/wire/ntp.ts';
import { ascii, hex, region } from './hostility.ts';

describe('NTP', () => {
  // RFC 5905 §7.3: client, version 4; the transmit time is 2021-01-10 09:00:00.5 UTC, e3a54090 seconds since 1900.
  const written = hex(`23 00 06 ec ${'00'.repeat(36)} e3a54090 80000000`);

  it('reads version, mode and the sender’s clock', () => {
    const at = Date.UTC(2021, 0, 10, 9, 0, 0, 500) * 1000;
    assert.equal(0xe3a54090 - 2_208_988_800, Math.floor(at / 1e6));
    assert.deepEqual(readNtp(region(written)), { leap: 0, version: 4, mode: ntpMode.client, stratum: 0, transmittedAtUs: at });
  });
  it('writes every microsecond so that it reads the same', () => {
    for (const transmittedAtUs of [1_600_000_000_000_000, 1_600_000_000_000_001, 1_600_000_000_999_999, 1_600_000_000_123_457]) {
      const read = readNtp(region(encodeNtp({ mode: ntpMode.server, transmittedAtUs })));
      assert.ok(read && !(read instanceof Fault) && read.transmittedAtUs === transmittedAtUs);
    }
  });
  it('leaves control messages and version 0 alone', () => {
    assert.equal(readNtp(region(written.with(0, 0x26))), undefined);
    assert.equal(readNtp(region(written.with(0, 0x03))), undefined);
  });
  it('says what is missing at every shorter length', () => {
    for (let end = 0; end < 48; end++) assert.ok(readNtp(region(written, end)) instanceof Fault);
  });
});

describe('LLDP', () => {
  // IEEE 802.1AB §8.5: chassis by MAC, port "p1" by interface name, 120 seconds, system "sw", end.
  const written = hex('0207 04 020000000001 0403 05 7031 0602 0078 0a02 7377 0000');

  it('writes what the standard describes', () =>
    assert.deepEqual(encodeLldp({ chassisMac: 0x0200_0000_0001, port: 'p1', timeToLiveSeconds: 120, systemName: 'sw' }), written));
  it('reads it', () =>
    assert.deepEqual(readLldp(region(written)), {
      chassisMac: 0x0200_0000_0001,
      port: 'p1',
      timeToLiveSeconds: 120,
      portDescription: undefined,
      systemName: 'sw',
      systemDescription: undefined,
    }));
  it('is not whole without its end', () => {
    for (let end = 0; end < written.length; end++) assert.ok(readLldp(region(written, end)) instanceof Fault, `cut at ${end}`);
  });
});

describe('EAPOL', () => {
  // IEEE 802.1X §11.3, RFC 3748 §5.1: EAP response, identity "bob".
  const written = hex('02 00 0008 02 01 0008 01 626f62');

  it('writes and reads an identity', () => {
    assert.deepEqual(encodeEapIdentity('bob'), written);
    assert.deepEqual(readEapol(region(written)), { version: 2, type: 0, identity: 'bob' });
  });
  it('has no identity in a request', () =>
    assert.deepEqual(readEapol(region(written.with(4, 1))), { version: 2, type: 0, identity: undefined }));
  it('says what is missing at every shorter length', () => {
    for (let end = 0; end < written.length; end++) assert.ok(readEapol(region(written, end)) instanceof Fault);
  });
  it('does not read an identity beyond its length', () =>
    assert.deepEqual(readEapol(region(Uint8Array.from([...written.with(7, 7), ...ascii('x')]))), { version: 2, type: 0, identity: 'bo' }));
});
