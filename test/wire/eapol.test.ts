import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '../../src/base/octets.ts';
import { encodeEapIdentity, readEapol } from '../../src/wire/eapol.ts';
import { ascii, hex, region } from './hostility.ts';

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
