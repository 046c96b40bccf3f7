import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { assembleDevices, type SeenBinding } from '../../src/judge/device.ts';
import { address } from '../store/sampleFlow.ts';
import { device, router } from './sample.ts';

const seen = (changes: Partial<SeenBinding> = {}): SeenBinding => ({
  mac: device,
  address: null,
  hostName: null,
  evidence: 'dhcp',
  firstSeen: 0,
  lastSeen: 100,
  ...changes,
});
const called = (hostName: string, evidence: string, lastSeen = 100) => seen({ hostName, evidence, firstSeen: lastSeen, lastSeen });
/** Names that were never changed. */
const named = (names: readonly string[] = []) => new Map(names.map((name) => [name, name]));
const hosts = named(['PC-7', 'PC-8', 'PC-9']);
const only = (bindings: SeenBinding[]) => {
  const devices = assembleDevices(bindings, hosts);
  assert.equal(devices.length, 1);
  return devices[0];
};

describe('a device', () => {
  it('is one for each MAC address, in ascending order', () => {
    const macs = assembleDevices([seen({ mac: router }), seen(), seen({ mac: router })], hosts).map(({ mac }) => mac);
    assert.deepEqual(macs, [device, router]);
  });
  it('is never a group, nor the MAC address of nobody', () =>
    assert.deepEqual(assembleDevices([seen({ mac: 0xffff_ffff_ffff }), seen({ mac: 0x01_00_5e_00_00_fb }), seen({ mac: 0 })], hosts), []));
  it('has all its addresses and names once, sorted', () => {
    const found = only([
      seen({ address: address('192.168.7.23'), hostName: 'pc-7' }),
      seen({ address: address('fe80::1'), hostName: 'PC-7.local' }),
      seen({ address: address('10.0.0.5') }),
      seen({ address: address('192.168.7.23'), evidence: 'arp' }),
    ]);
    assert.deepEqual(found?.addresses, [address('10.0.0.5'), address('192.168.7.23'), address('fe80::1')]);
    assert.deepEqual(found?.hostNames, ['PC-7.local', 'pc-7']);
  });
  it('without a name that a log has is no host', () => {
    const found = only([called('printer', 'mdns')]);
    assert.deepEqual([found?.host, found?.hostEvidence], [null, null]);
  });
  it('is the host whose log has its name, whatever case and domain', () => {
    const found = only([called('pc-7.corp.example', 'dhcp')]);
    assert.deepEqual([found?.host, found?.hostEvidence], ['PC-7', 'dhcp: pc-7.corp.example']);
  });

  const conflicts: [string, SeenBinding[], string][] = [
    ['the operator before the lease', [called('PC-8', 'dhcp', 900), called('PC-7', 'configuration', 0)], 'PC-7'],
    ['the lease before a name shouted on the link', [called('PC-8', 'nbns', 900), called('PC-7', 'dhcp', 1)], 'PC-7'],
    ['NetBIOS before multicast DNS', [called('PC-8', 'mdns', 900), called('PC-7', 'nbns', 1)], 'PC-7'],
    ['what it says before what its log says', [called('PC-8', 'log', 900), called('PC-7', 'llmnr', 1)], 'PC-7'],
    ['known evidence before unknown', [called('PC-8', 'hearsay', 900), called('PC-7', 'log', 1)], 'PC-7'],
    ['the latest sighting of one kind', [called('PC-8', 'dhcp', 5), called('PC-7', 'dhcp', 6)], 'PC-7'],
    ['a name with a log before a more trusted one without', [called('NEW', 'configuration'), called('PC-7', 'llmnr')], 'PC-7'],
  ];
  for (const [sentence, bindings, host] of conflicts)
    it(`believes ${sentence}, in whatever order they came`, () => {
      for (const order of [bindings, bindings.toReversed()]) assert.equal(only(order)?.host, host);
    });

  it('is no host while it calls itself by two names with a log by turns, as a machine that forwards for others does', () => {
    const found = only([called('PC-8', 'dhcp'), called('PC-7', 'dhcp')]);
    assert.deepEqual([found?.host, found?.hostEvidence], [null, null]);
    assert.match(found?.doubts.join() ?? '', /PC-7 and PC-8 by turns: none of these logs/);
  });
  it('is said to have changed its name where one followed the other', () =>
    assert.match(only([called('PC-8', 'dhcp', 5), called('PC-7', 'dhcp', 6)])?.doubts.join() ?? '', /PC-8, then PC-7: the log of PC-7/));
  it('does not get the log of a host behind it', () => {
    const found = only([
      seen({ address: address('192.168.7.1'), evidence: 'arp' }),
      seen({ address: address('10.2.0.9'), hostName: 'PC-9', evidence: 'netbios-datagram' }),
    ]);
    assert.equal(found?.host, null);
    assert.match(found?.doubts.join() ?? '', /PC-9 lies behind it/);
  });
  it('gets the log under a name that it says from its own address, a link-local one, or where no address of it is known', () => {
    const said = (from: string) => seen({ address: address(from), hostName: 'PC-9', evidence: 'mdns' });
    const own = seen({ address: address('192.168.7.23'), evidence: 'arp' });
    for (const bindings of [[own, said('192.168.7.23')], [own, said('fe80::9')], [own, said('169.254.3.4')], [said('10.2.0.9')]])
      assert.deepEqual([only(bindings)?.host, only(bindings)?.doubts], ['PC-9', []]);
  });
  it('that takes the name of another is judged with it, and both are doubtful', () => {
    const devices = assembleDevices([called('PC-7', 'dhcp'), seen({ mac: router, hostName: 'pc-7', evidence: 'nbns' })], hosts);
    assert.deepEqual(
      devices.map(({ host }) => host),
      ['PC-7', 'PC-7'],
    );
    for (const { doubts } of devices)
      assert.match(doubts.join(), /calls itself PC-7 as well: one machine with two network cards, or one with the name of another/);
  });
  it('that takes the name of a machine of the configuration is not judged by its log', () => {
    const [first, second] = assembleDevices(
      [called('PC-7', 'configuration'), seen({ mac: router, hostName: 'pc-7', evidence: 'dhcp' })],
      hosts,
    );
    assert.deepEqual([first?.host, first?.doubts, second?.host], ['PC-7', [], null]);
    assert.match(second?.doubts.join() ?? '', /by the configuration is 02:00:5e:00:00:01: a machine with the name of another/);
  });
  it('with two network cards in the configuration is no doubt', () => {
    const both = assembleDevices(
      [called('PC-7', 'configuration'), seen({ mac: router, hostName: 'PC-7', evidence: 'configuration' })],
      hosts,
    );
    assert.deepEqual(
      both.map(({ host, doubts }) => [host, doubts]),
      [
        ['PC-7', []],
        ['PC-7', []],
      ],
    );
  });

  it('is the same for every order of sightings', () => {
    const binding = fc.record({
      mac: fc.constantFrom(device, router),
      address: fc.option(fc.constantFrom(1n, 2n, 3n)),
      hostName: fc.option(fc.constantFrom('PC-7', 'pc-7.local', 'PC-8', 'PC-9', 'printer')),
      evidence: fc.constantFrom('configuration', 'dhcp', 'mdns', 'arp', 'log'),
      firstSeen: fc.constant(0),
      lastSeen: fc.nat(3),
    });
    const pair = fc
      .array(binding, { maxLength: 10 })
      .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));
    fc.assert(fc.property(pair, ([list, shuffled]) => assert.deepEqual(assembleDevices(shuffled, hosts), assembleDevices(list, hosts))));
  });
});
