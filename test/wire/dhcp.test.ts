import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addressFromIpv4, parseAddress } from '../../src/base/address.ts';
import { Fault } from '../../src/base/octets.ts';
import { dhcpMessage, encodeDhcpv4, readDhcpv4 } from '../../src/wire/dhcpv4.ts';
import { dhcpv6Message, encodeDhcpv6, readDhcpv6 } from '../../src/wire/dhcpv6.ts';
import { accepted, hex, region } from './hostility.ts';

const zeroes = (count: number) => '00'.repeat(count);
/** RFC 2131 §2: BOOTREQUEST over Ethernet from 02:00:00:00:00:01, transaction 1, with the given options. */
const message = (options: string) =>
  hex(`01 01 06 00 00000001 0000 0000 ${zeroes(16)} 020000000001 ${zeroes(10)} ${zeroes(192)} 63825363 ${options}`);

function read(octets: Uint8Array) {
  return accepted(readDhcpv4(region(octets)));
}

describe('DHCP', () => {
  it('reads the options of a request (RFC 2132)', () => {
    const value = read(message('35 01 03  32 04 c0a80017  36 04 c0a80001  0c 04 424f5831  3c 08 4d53465420352e30  ff'));
    assert.deepEqual(value, {
      operation: 1,
      messageType: dhcpMessage.request,
      transaction: 1,
      clientMac: 0x0200_0000_0001,
      clientAddress: undefined,
      yourAddress: undefined,
      requestedAddress: addressFromIpv4(0xc0a80017),
      leaseSeconds: undefined,
      subnetMask: undefined,
      routers: [],
      resolvers: [],
      hostName: 'BOX1',
      fullName: undefined,
      domainName: undefined,
      vendorClass: 'MSFT 5.0',
      serverIdentifier: addressFromIpv4(0xc0a80001),
      fault: undefined,
    });
  });
  it('reads the fully qualified name of Windows clients as text (RFC 4702 §2)', () =>
    assert.equal(read(message('51 0b 00 00 00 626f782e6c6f6361 ff')).fullName, 'box.loca'));
  it('reads it in wire form when the E flag says so', () =>
    assert.equal(read(message('51 0d 04 00 00 03 626f78 05 6c6f63616c ff')).fullName, 'box.local'));
  it('keeps the options before one that was cut', () => {
    const { messageType, fault } = read(message('35 01 01 0c 09 41'));
    assert.deepEqual([messageType, fault?.layer], [1, 'dhcp.option']);
  });
  it('cuts a name at its first zero', () => assert.equal(read(message('0c 04 41420000 ff')).hostName, 'AB'));
  it('skips padding between options', () => assert.equal(read(message('00 00 35 01 05 00 ff')).messageType, dhcpMessage.ack));
  it('leaves messages without the magic cookie alone', () => assert.equal(readDhcpv4(region(message('ff').with(236, 0))), undefined));
  it('says what is missing at every length below the fixed part', () => {
    for (let end = 0; end < 240; end++) assert.ok(readDhcpv4(region(message('ff'), end)) instanceof Fault);
  });
  it('writes the fields where RFC 2131 puts them', () => {
    const written = encodeDhcpv4({
      operation: 1,
      messageType: dhcpMessage.request,
      transaction: 1,
      clientMac: 0x0200_0000_0001,
      requestedAddress: addressFromIpv4(0xc0a80017),
    });
    assert.deepEqual(written.slice(0, 250), message('35 01 03 32 04 c0a80017 ff'));
    assert.equal(written.length, 300);
  });
});

describe('DHCPv6', () => {
  const reply = '07 000009 0001 000a 0003 0001 020000000001';

  it('reads the client from its DUID and the address that it was given (RFC 9915 §21)', () => {
    const value = readDhcpv6(
      region(hex(`${reply} 0003 0028 00000001 00000000 00000000 0005 0018 20010db8000000000000000000000007 00000e10 00001c20`)),
    );
    assert.deepEqual(value, {
      messageType: 7,
      transaction: 9,
      clientMac: 0x0200_0000_0001,
      addresses: [{ address: parseAddress('2001:db8::7'), validLifetimeSeconds: 7200 }],
      delegated: [],
      resolvers: [],
      fullName: undefined,
    });
  });
  it('reads a delegated prefix', () => {
    const value = readDhcpv6(
      region(hex(`${reply} 0019 0029 00000001 00000000 00000000 001a 0019 00000e10 00001c20 38 20010db8000100000000000000000000`)),
    );
    assert.ok(value && !(value instanceof Fault));
    assert.deepEqual(value.delegated, [{ prefix: { address: parseAddress('2001:db8:1::'), length: 56 }, validLifetimeSeconds: 7200 }]);
  });
  it('looks into what a relay carries, and believes its client address (RFC 6939)', () => {
    const solicit = '01 000009';
    const relayed = readDhcpv6(region(hex(`0c 00 ${zeroes(32)} 004f 0008 0001 020000000002 0009 0004 ${solicit}`)));
    assert.ok(relayed && !(relayed instanceof Fault));
    assert.deepEqual([relayed.messageType, relayed.clientMac], [dhcpv6Message.solicit, 0x0200_0000_0002]);
  });
  it('writes what it reads', () => {
    const fields = {
      messageType: dhcpv6Message.request,
      transaction: 5,
      clientMac: 0x0200_0000_0001,
      addresses: [{ address: 1n, validLifetimeSeconds: 60 }],
      resolvers: [2n],
      fullName: 'box.example',
    };
    assert.deepEqual(readDhcpv6(region(encodeDhcpv6(fields))), { ...fields, delegated: [] });
  });
  it('says what is missing when an option is cut anywhere', () => {
    const octets = hex(reply);
    const whole = [4, octets.length];
    for (let end = 0; end < octets.length; end++)
      assert.equal(readDhcpv6(region(octets, end)) instanceof Fault, !whole.includes(end), `cut at ${end}`);
  });
});
