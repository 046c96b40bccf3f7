import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '../../src/base/octets.ts';
import { encodeNtp, ntpMode, readNtp } from '../../src/wire/ntp.ts';
import { hex, region } from './hostility.ts';

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
