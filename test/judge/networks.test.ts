import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { addressFromIpv4, contains, makePrefix } from '../../src/base/address.ts';
import { Networks } from '../../src/judge/networks.ts';
import { address } from '../store/sampleFlow.ts';
import { teach } from './sample.ts';

const untaught = new Networks([]);

describe('inside by standard', () => {
  const rows: [string, string, string, string | null, string | null][] = [
    ['10/8 (RFC 1918)', '10.0.0.0', '10.255.255.255', '9.255.255.255', '11.0.0.0'],
    ['172.16/12 (RFC 1918)', '172.16.0.0', '172.31.255.255', '172.15.255.255', '172.32.0.0'],
    ['192.168/16 (RFC 1918)', '192.168.0.0', '192.168.255.255', '192.167.255.255', '192.169.0.0'],
    ['169.254/16 (RFC 3927)', '169.254.0.0', '169.254.255.255', '169.253.255.255', '169.255.0.0'],
    ['loopback 127/8', '127.0.0.0', '127.255.255.255', '126.255.255.255', '128.0.0.0'],
    ['the unspecified IPv4 address', '0.0.0.0', '0.0.0.0', null, '0.0.0.1'],
    ['fe80::/10 (RFC 4291)', 'fe80::', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'fec0::'],
    ['fc00::/7 (RFC 4193)', 'fc00::', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'fe00::'],
    ['the unspecified IPv6 address and loopback', '::', '::1', null, '::2'],
  ];
  for (const [sentence, first, last, before, next] of rows) {
    it(`is ${sentence}, from its first address to its last`, () =>
      assert.deepEqual([untaught.scope(address(first)), untaught.scope(address(last))], ['inside', 'inside']));
    it(`ends just outside ${sentence}`, () => {
      for (const outside of [before, next]) if (outside !== null) assert.equal(untaught.scope(address(outside)), 'outside', outside);
    });
  }
  it('is nothing else: neither shared nor documentation nor global addresses', () => {
    for (const text of ['100.64.0.1', '192.0.2.1', '8.8.8.8', '2001:db8::1', '2606:4700::1111', '::1.2.3.4', '64:ff9b::a00:1'])
      assert.equal(untaught.scope(address(text)), 'outside', text);
  });
});

describe('the cast of an address', () => {
  const rows: [string, string, string][] = [
    ['the last unicast address before 224/4', '223.255.255.255', 'unicast'],
    ['the first of 224/4', '224.0.0.0', 'multicast'],
    ['the last of 224/4', '239.255.255.255', 'multicast'],
    ['the first after 224/4', '240.0.0.0', 'unicast'],
    ['the limited broadcast', '255.255.255.255', 'broadcast'],
    ['the address before it', '255.255.255.254', 'unicast'],
    ['the first of ff00::/8', 'ff00::', 'multicast'],
    ['the last of ff00::/8', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'multicast'],
    ['the address before ff00::/8', 'feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'unicast'],
    ['a broadcast of a network that nobody taught', '192.168.7.255', 'unicast'],
  ];
  for (const [sentence, text, cast] of rows) it(`of ${sentence} is ${cast}`, () => assert.equal(untaught.cast(address(text)), cast));

  const subnets: [string, string, string, string | null][] = [
    ['a /24', '192.168.7.0/24', '192.168.7.255', '192.168.7.254'],
    ['a /25', '192.168.7.0/25', '192.168.7.127', '192.168.7.255'],
    ['a /8', '10.0.0.0/8', '10.255.255.255', '10.0.0.255'],
    ['a /30', '203.0.113.4/30', '203.0.113.7', '203.0.113.6'],
  ];
  for (const [sentence, prefix, broadcast, neighbour] of subnets)
    it(`is broadcast for the last address of ${sentence} that was taught, and for that one only`, () => {
      const networks = new Networks([teach('prefix', prefix)]);
      assert.equal(networks.cast(address(broadcast)), 'broadcast');
      if (neighbour !== null) assert.equal(networks.cast(address(neighbour)), 'unicast');
      assert.equal(networks.scope(address(broadcast)), 'inside');
    });
  it('is unicast for both addresses of a /31 (RFC 3021) and for the one of a /32', () => {
    const networks = new Networks([teach('prefix', '203.0.113.4/31'), teach('prefix', '203.0.113.9/32')]);
    for (const text of ['203.0.113.4', '203.0.113.5', '203.0.113.9'])
      assert.deepEqual([networks.cast(address(text)), networks.scope(address(text))], ['unicast', 'inside'], text);
  });
  for (const length of [64, 112, 120, 126])
    it(`is unicast for the last address of an IPv6 /${length}: IPv6 has no broadcast (RFC 4291 §2)`, () => {
      const networks = new Networks([teach('prefix', `2001:db8::/${length}`)]);
      const last = address('2001:db8::') + (1n << BigInt(128 - length)) - 1n;
      assert.deepEqual([networks.cast(last), networks.scope(last)], ['unicast', 'inside']);
    });
});

describe('what the network taught', () => {
  it('is inside from the first to the last address of a prefix and not beyond', () => {
    const networks = new Networks([teach('prefix', '2001:db8:7::/64'), teach('prefix', '203.0.113.8/29')]);
    const rows: [string, string][] = [
      ['2001:db8:7::', 'inside'],
      ['2001:db8:7::ffff:ffff:ffff:ffff', 'inside'],
      ['2001:db8:7:1::', 'outside'],
      ['2001:db8:6:ffff:ffff:ffff:ffff:ffff', 'outside'],
      ['203.0.113.8', 'inside'],
      ['203.0.113.15', 'inside'],
      ['203.0.113.16', 'outside'],
      ['203.0.113.7', 'outside'],
    ];
    for (const [text, scope] of rows) assert.equal(networks.scope(address(text)), scope, text);
  });
  it('holds for every address and prefix alike', () => {
    const word = fc.integer({ min: 0, max: 0xdfff_ffff }).map(addressFromIpv4);
    fc.assert(
      fc.property(word, word, fc.integer({ min: 97, max: 128 }), (base, asked, length) => {
        const prefix = makePrefix(base, length);
        const taught = new Networks([{ what: 'prefix', address: base, prefixLength: length, isCertain: true }]);
        const expected = contains(prefix, asked) || untaught.scope(asked) === 'inside' ? 'inside' : 'outside';
        assert.equal(taught.scope(asked), expected);
      }),
    );
  });
  it('makes no router or resolver inside by itself', () => {
    const networks = new Networks([teach('resolver', '8.8.8.8'), teach('router', '203.0.113.1')]);
    assert.deepEqual([networks.scope(address('8.8.8.8')), networks.scope(address('203.0.113.1'))], ['outside', 'outside']);
  });
  it('gives roles, in one order whatever the order of teaching', () => {
    const teachings = [teach('router', '192.168.7.1'), teach('resolver', '192.168.7.1'), teach('resolver', '192.168.7.2')];
    for (const order of [teachings, teachings.toReversed()]) {
      const networks = new Networks(order);
      assert.deepEqual(networks.roles(address('192.168.7.1')), ['resolver', 'router']);
      assert.deepEqual(networks.roles(address('192.168.7.2')), ['resolver']);
      assert.deepEqual(networks.roles(address('192.168.7.3')), []);
    }
  });

  const floods: [string, string, string, boolean][] = [
    ['a router advertisement for everything', '::/0', '2001:db8::1', false],
    ['a router advertisement that covers all of IPv4', '::ffff:0:0/96', '198.51.100.1', false],
    ['a DHCP mask of one bit', '128.0.0.0/1', '198.51.100.1', false],
    ['a prefix wider than a site', '2001:db8::/47', '2001:db8::1', false],
    ['the prefix of a site', '2001:db8::/48', '2001:db8::1', true],
    ['an IPv4 network of one link', '198.51.0.0/16', '198.51.100.1', true],
  ];
  for (const [sentence, prefix, ip, believed] of floods)
    it(`${believed ? 'believes' : 'does not believe'} ${sentence}, unless the operator says so`, () => {
      const scope = (isCertain: boolean) => new Networks([{ ...teach('prefix', prefix), isCertain }]).scope(address(ip));
      assert.deepEqual([scope(false), scope(true)], [believed ? 'inside' : 'outside', 'inside']);
    });
});
