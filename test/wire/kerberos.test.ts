import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '../../src/base/octets.ts';
import { parseTime } from '../../src/base/time.ts';
import { encodeKerberosError, readKerberosError, readKerberosErrorOverTcp } from '../../src/wire/kerberos.ts';
import { ascii, hex, region } from './hostility.ts';

const text = (value: string) => Buffer.from(ascii(value)).toString('hex');

describe('KRB-ERROR', () => {
  // RFC 4120 §5.9.1, by hand: pvno 5, msg-type 30, stime and susec, error 25 (more pre-authentication needed), the realm.
  const fields = `a003020105 a10302011e a411180f${text('20210110090000Z')} a5050203 07a120 a603020119 a90e1b0c${text('CORP.EXAMPLE')}`;
  const length = fields.replaceAll(/\s/g, '').length / 2;
  const written = hex(`7e${(length + 2).toString(16)} 30${length.toString(16)} ${fields}`);
  const serverTimeUs = parseTime('2021-01-10T09:00:00.5Z');

  it('reads the clock of the server', () =>
    assert.deepEqual(readKerberosError(region(written)), { errorCode: 25, serverTimeUs, clientTimeUs: undefined }));
  it('reads the clock of the client where it is given back, and behind the length that TCP puts in front', () => {
    const error = encodeKerberosError({ errorCode: 37, serverTimeUs: 1_610_269_200_000_001, clientTimeUs: 1_610_269_600_999_999 });
    const read = { errorCode: 37, serverTimeUs: 1_610_269_200_000_001, clientTimeUs: 1_610_269_600_999_999 };
    assert.deepEqual(readKerberosError(region(error)), read);
    assert.deepEqual(readKerberosErrorOverTcp(region(Uint8Array.of(0, 0, 0, error.length, ...error))), read);
  });
  it('leaves other messages alone', () => {
    assert.equal(readKerberosError(region(written.with(0, 0x6b))), undefined);
    assert.equal(readKerberosError(region(written.with(8, 4))), undefined);
    assert.equal(readKerberosErrorOverTcp(region(Uint8Array.of(0x80, 0, 0, written.length, ...written))), undefined);
  });
  it('takes for no time what no calendar has', () => {
    const at = Buffer.from(written).indexOf('20210110');
    for (const [offset, digit] of [
      [4, '2'],
      [6, '3'],
      [8, '3'],
      [14, 'z'],
    ] as const) {
      const read = readKerberosError(
        region(
          written.with(at + offset, digit.charCodeAt(0)).with(at + (offset === 6 ? 7 : offset), offset === 6 ? 0x39 : digit.charCodeAt(0)),
        ),
      );
      assert.ok(read && !(read instanceof Fault) && read.serverTimeUs === undefined, `${offset}`);
    }
  });
  it('refuses a length of indefinite form, more fields than there are, and one field twice', () => {
    const kind = (octets: Uint8Array) => {
      const read = readKerberosError(region(octets));
      return read instanceof Fault ? read.kind : read;
    };
    assert.equal(kind(written.with(1, 0x80)), 'malformed');
    assert.equal(kind(written.with(4, 0xbf)), 'malformed');
    const twice = hex(`7e0c 300a a003020105 a003020105`);
    assert.equal(kind(twice), 'malformed');
  });
});
