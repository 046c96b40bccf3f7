import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatAddress, formatPrefix, parseAddress, parsePrefix } from '../../src/base/address.ts';
import { hour, second } from '../../src/base/time.ts';
import { dhcpMessage, encodeDhcpv4 } from '../../src/wire/dhcpv4.ts';
import { encodeIpv6 } from '../../src/wire/ipv6.ts';
import { encodeRouterAdvertisement } from '../../src/wire/ndp.ts';
import { client, ethernet, type Frame, machine, meterAll, start, udp } from './frames.ts';

const dhcpServer = machine('02:00:00:00:00:fe', '192.168.0.1');
const router = machine('02:00:00:00:00:fe', 'fe80::1');
const everyone = machine('33:33:00:00:00:01', 'ff02::1');
const address = (text: string) => parseAddress(text) as bigint;

function acknowledge(fields: Partial<Parameters<typeof encodeDhcpv4>[0]> = {}): Frame {
  const message = encodeDhcpv4({
    operation: 2,
    messageType: dhcpMessage.ack,
    transaction: 1,
    clientMac: client.mac,
    yourAddress: client.address,
    leaseSeconds: 3600,
    subnetMask: 0xffff_ff00,
    routers: [address('192.168.0.1')],
    resolvers: [address('192.168.0.2'), address('192.168.0.3')],
    ...fields,
  });
  return udp(start, dhcpServer, client, 67, 68, message);
}

function advertise(
  atUs: number,
  fields: Partial<Parameters<typeof encodeRouterAdvertisement>[0]> = {},
  from = router,
  hopLimit = 255,
): Frame {
  const message = encodeRouterAdvertisement({
    source: from.address,
    destination: everyone.address,
    routerLifetimeSeconds: 1800,
    ...fields,
  });
  return ethernet(
    atUs,
    from,
    everyone,
    0x86dd,
    encodeIpv6({ source: from.address, destination: everyone.address, nextHeader: 58, hopLimit }, message),
  );
}

function prefix(text: string, fields: { onLink?: boolean; validLifetimeSeconds?: number } = {}) {
  const parsed = parsePrefix(text);
  assert.ok(parsed);
  return { prefix: parsed, onLink: true, autonomous: true, validLifetimeSeconds: 7200, preferredLifetimeSeconds: 3600, ...fields };
}

/** What, whom, seconds that it was promised for. */
const taught = (...frames: Frame[]) =>
  meterAll(frames).kept.networks.map((fact) => {
    const named =
      fact.prefixLength === null ? formatAddress(fact.address) : formatPrefix({ address: fact.address, length: fact.prefixLength });
    return `${fact.what} ${named} ${fact.until === null ? '-' : (fact.until - fact.from) / second}`;
  });

describe('network facts', () => {
  it('of a DHCP acknowledgement are prefix, routers and resolvers, for the lease', () =>
    assert.deepEqual(taught(acknowledge()), [
      'prefix 192.168.0.0/24 3600',
      'router 192.168.0.1 3600',
      'resolver 192.168.0.2 3600',
      'resolver 192.168.0.3 3600',
    ]));
  it('name the machine that taught them', () =>
    assert.deepEqual(
      new Set(meterAll([acknowledge()]).kept.networks.map(({ toldBy, evidence }) => `${toldBy} ${evidence}`)),
      new Set([`${dhcpServer.mac} dhcp`]),
    ));
  it('do not come from an offer', () => assert.deepEqual(taught(acknowledge({ messageType: dhcpMessage.offer })), []));
  it('have no end for an endless lease', () =>
    assert.deepEqual(taught(acknowledge({ leaseSeconds: 0xffff_ffff, routers: [], resolvers: [] })), ['prefix 192.168.0.0/24 -']));
  for (const mask of [0, 0xff00_ff00, 0x0000_00ff, 0xffff_ffff])
    it(`take no prefix from the mask ${mask.toString(16)}`, () =>
      assert.deepEqual(taught(acknowledge({ subnetMask: mask, routers: [], resolvers: [] })), []));

  it('of a router advertisement are the router, its on-link prefixes and resolvers', () =>
    assert.deepEqual(
      taught(
        advertise(start, {
          prefixes: [prefix('2001:db8:1::/64'), prefix('2001:db8:2::/64', { onLink: false })],
          resolvers: [address('2001:db8::53')],
        }),
      ),
      ['router fe80::1 1800', 'prefix 2001:db8:1::/64 7200', 'resolver 2001:db8::53 1800'],
    ));
  it('do not come from what is withdrawn', () =>
    assert.deepEqual(
      taught(advertise(start, { routerLifetimeSeconds: 0, prefixes: [prefix('2001:db8:1::/64', { validLifetimeSeconds: 0 })] })),
      [],
    ));
  it('do not come from an advertisement that was forwarded', () => assert.deepEqual(taught(advertise(start, {}, router, 64)), []));
  it('do not come from an advertisement without a link-local source', () =>
    assert.deepEqual(taught(advertise(start, {}, { ...router, address: address('2001:db8::1') })), []));
  it('are written once an hour', () =>
    assert.equal(taught(advertise(start), advertise(start + hour - second), advertise(start + hour)).length, 2));
});
