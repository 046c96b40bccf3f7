import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseTime } from '../../src/base/time.ts';
import { encodeSmbNegotiation, readSmbNegotiation } from '../../src/wire/smb2.ts';
import { hex, region } from './hostility.ts';

describe('SMB2', () => {
  // MS-SMB2 §2.2.1.2 and §2.2.4: the answer to NEGOTIATE; SystemTime is 2021-01-10 09:00:00.5 UTC, 01d6e72efa213340 as a FILETIME.
  const header = `fe534d42 4000 0000 00000000 0000 0100 01000000 00000000 ${'00'.repeat(8)} 00000000 00000000 ${'00'.repeat(8)} ${'00'.repeat(16)}`;
  const body = `4100 0100 1103 0000 ${'11'.repeat(16)} 00000000 00001000 00001000 00001000 403321fa2ee7d601 ${'00'.repeat(8)} 8000 0000 00000000`;
  const written = hex(`00000080 ${header} ${body}`);

  it('reads the clock of the server', () =>
    assert.deepEqual(readSmbNegotiation(region(written)), {
      dialect: 0x0311,
      systemTimeUs: parseTime('2021-01-10T09:00:00.5Z'),
    }));
  it('writes what it reads, to the microsecond', () => {
    const systemTimeUs = 1_610_269_200_123_457;
    assert.deepEqual(readSmbNegotiation(region(encodeSmbNegotiation({ dialect: 0x0302, systemTimeUs }))), {
      dialect: 0x0302,
      systemTimeUs,
    });
  });
  it('leaves requests, other commands and other versions alone', () => {
    assert.equal(readSmbNegotiation(region(written.with(4 + 16, 0))), undefined);
    assert.equal(readSmbNegotiation(region(written.with(4 + 12, 1))), undefined);
    assert.equal(readSmbNegotiation(region(written.with(4, 0xff))), undefined);
    assert.equal(readSmbNegotiation(region(written.with(4 + 64, 9))), undefined);
  });
  it('takes no time of zero, and none beyond what a number holds, for a clock', () => {
    const zero = written.slice().fill(0, 4 + 104, 4 + 112);
    const late = written.slice().fill(0xff, 4 + 104, 4 + 112);
    for (const octets of [zero, late]) assert.deepEqual(readSmbNegotiation(region(octets)), { dialect: 0x0311, systemTimeUs: undefined });
  });
});
