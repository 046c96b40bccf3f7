import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addressFromIpv4 } from '../../src/base/address.ts';
import { internetChecksum, onesComplementSum, pseudoHeaderSum } from '../../src/wire/checksum.ts';
import { hex } from './hostility.ts';

describe('The Internet checksum', () => {
  it('sums the example of RFC 1071 §3', () => assert.equal(onesComplementSum(hex('0001 f203 f4f5 f6f7'), 0, 8), 0xddf2));
  it('pads an odd last octet with zero', () => assert.equal(onesComplementSum(hex('0102 03'), 0, 3), 0x0402));
  it('folds every carry back in', () => assert.equal(onesComplementSum(new Uint8Array(131_072).fill(0xff), 0, 131_072), 0xffff));
  it('is zero over a header that carries it', () =>
    assert.equal(internetChecksum(hex('4500 0073 0000 4000 4011 b861 c0a8 0001 c0a8 00c7')), 0));
  it('takes the eight octets of IPv4 addresses, not their mapped form', () => {
    // 192.168.0.1, 192.168.0.199, UDP, 8 octets: c0a8 + 0001 + c0a8 + 00c7 + 0011 + 0008, carry folded in.
    assert.equal(pseudoHeaderSum(addressFromIpv4(0xc0a80001), addressFromIpv4(0xc0a800c7), 17, 8), 0x8232);
  });
});
