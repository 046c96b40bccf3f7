/** What the knowledge base that ships explains, and what it must leave unexplained. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { loadKnowledge } from '../../src/app/knowledge.ts';
import { explain } from '../../src/judge/explain.ts';
import type { FarEndIdentity } from '../../src/judge/judgement.ts';
import type { Explanation } from '../../src/record/explanation.ts';
import { repositoryRoot } from '../repositoryRoot.ts';
import { rule } from './sample.ts';

const rules = await loadKnowledge(join(repositoryRoot, 'appliance', 'knowledge'));

const outside = (name: string, port: number, changes: Partial<FarEndIdentity> = {}): FarEndIdentity => ({
  id: 'x',
  name,
  nameProof: 'resolved',
  address: null,
  protocol: 'tcp',
  port,
  icmpType: null,
  application: port === 80 ? 'http' : 'tls',
  direction: 'outgoing',
  scope: 'outside',
  cast: 'unicast',
  roles: [],
  ...changes,
});

const inside = (changes: Partial<FarEndIdentity>): FarEndIdentity => ({
  ...outside('', 0),
  name: null,
  nameProof: null,
  address: 1n,
  port: null,
  application: null,
  scope: 'inside',
  ...changes,
});

/** A name that the pattern must match: one label for an inner *, one and three labels for a leading one. */
function samplesOf(pattern: string): string[] {
  if (!pattern.startsWith('*.')) return [pattern.replace('*', 'sample')];
  return [`sample${pattern.slice(1)}`, `one.more.sample${pattern.slice(1)}`];
}

/** Names that look like the pattern and belong to somebody else, or to nobody. */
function lookAlikesOf(pattern: string): string[] {
  const bare = pattern.replace(/^\*\./, '').replace('*', 'sample');
  return [`evil-${bare}`, `evil${bare}`, `${bare}.attacker.example`, `${bare}.evil`, bare.replace(/\.([^.]+)$/, '.$1x'), `${bare}x`];
}

const explains = (far: FarEndIdentity) => explain(far, rules).rule;

describe('every rule with a pattern', () => {
  const patterned = rules.filter((one) => one.pattern !== undefined);
  const farFor = (one: Explanation, name: string) =>
    outside(name, [one.port ?? []].flat()[0] as number, { protocol: one.protocol, application: one.application ?? null, scope: one.scope });

  it('matches the names that it is meant for', () => {
    assert.ok(patterned.length > 200);
    for (const one of patterned)
      for (const name of samplesOf(one.pattern as string)) {
        const judged = explain(farFor(one, name), [one]);
        if (one.breadth === 'shared') assert.match(judged.reason as string, /a hint: /, one.id);
        else assert.equal(judged.rule, one.id, name);
      }
  });

  it('matches no name that only looks alike', () => {
    for (const one of patterned)
      for (const name of lookAlikesOf(one.pattern as string)) {
        const judged = explain(farFor(one, name), [one]);
        assert.match(judged.reason as string, /no explanation for this name/, `${one.id} and ${name}`);
      }
  });

  it('explains nothing that is shared, whatever else is true', () => {
    const shared = patterned.filter(({ breadth }) => breadth === 'shared');
    assert.ok(shared.length > 20);
    for (const one of shared)
      for (const name of samplesOf(one.pattern as string)) {
        const judged = explain(farFor(one, name), rules);
        assert.deepEqual([judged.status, judged.rule, judged.source], ['unexplained', null, null], one.id);
      }
  });

  it('asks for a resolved name', () => {
    for (const one of patterned)
      for (const nameProof of ['claimed', 'ambiguous'] as const) {
        const judged = explain({ ...farFor(one, samplesOf(one.pattern as string)[0] as string), nameProof }, rules);
        assert.equal(judged.status, 'unexplained', one.id);
      }
  });
});

describe('what the paper explains', () => {
  const ssdp = { protocol: 'udp', port: 1900, application: 'ssdp', cast: 'multicast' } as const;
  const dns = { protocol: 'udp', port: 53, application: 'dns', roles: ['resolver'] } satisfies Partial<FarEndIdentity>;
  const browser = { protocol: 'udp', port: 138, application: 'browser', cast: 'broadcast' } as const;
  const rows: [FarEndIdentity, string][] = [
    [outside('settings-win.data.microsoft.com', 443), 'settings-win'],
    [outside('edge.microsoft.com', 443), 'edge-update'],
    [outside('smartscreen-prod.microsoft.com', 443), 'smartscreen'],
    [outside('ctldl.windowsupdate.com', 80), 'root-certificates'],
    [outside('v10.events.data.microsoft.com', 443), 'diagnostic-data'],
    [outside('scrootca1.ocsp.secomtrust.net', 80), 'secom-ocsp-intermediate'],
    [outside('scrootca2.ocsp.secomtrust.net', 80), 'secom-ocsp-cross-root'],
    [outside('tsfe.trafficshaping.dsp.mp.microsoft.com', 443), 'traffic-shaping'],
    [inside(ssdp), 'ssdp'],
    [inside(dns), 'dns'],
    [inside({ protocol: 'icmp', icmpType: 8, roles: ['router'] }), 'router-reachability'],
    [inside(browser), 'browser'],
  ];
  it('keeps its rule and its source', () => {
    for (const [far, id] of rows) {
      for (const order of [rules, rules.toReversed()]) {
        const judged = explain(far, order);
        assert.equal(judged.rule, `paper-2021/${id}`);
        assert.match(judged.source as string, /^Tsunoda et al\. 2021, table [12] \(/);
      }
    }
    assert.deepEqual(
      rows.map(([, id]) => `paper-2021/${id}`).toSorted(),
      rules.flatMap(({ id }) => (id.startsWith('paper') ? [id] : [])).toSorted(),
    );
  });
});

describe('a destination outside', () => {
  const rows: [name: string, port: number, rule: string | null][] = [
    // A leading * without a dot stands for the host and what is below it, on whole labels.
    ['weu.smartscreen-prod.microsoft.com', 443, 'security/any.smartscreen-prod.microsoft.com'],
    ['evilsmartscreen-prod.microsoft.com', 443, null],
    ['a.b.login.live.com', 443, 'account/any.login.live.com'],
    ['evillogin.live.com', 443, null],
    ['g.live.com', 443, 'office/g.live.com'],
    ['blog.live.com', 443, null],
    // A trailing * stands for any path, never for any end.
    ['www.bing.com', 443, 'content/www.bing.com'],
    ['www.bing.com.attacker.example', 443, null],
    ['www.bing.community', 443, null],
    ['fs.microsoft.com', 443, 'windows/fs.microsoft.com'],
    ['www.msftconnecttest.com', 80, 'connectivity/www.msftconnecttest.com'],
    // An inner * is one label.
    ['watson.events.microsoft.com', 443, 'windows/watson.any.microsoft.com'],
    ['watson.telemetry.microsoft.com', 443, 'windows/watson.telemetry.microsoft.com'],
    ['watson.a.b.microsoft.com', 443, null],
    ['watson.microsoft.com', 443, null],
    // Case is folded, the misprint is gone.
    ['i-ring.msedge.net', 443, 'content/i-ring.msedge.net'],
    ['1storecatalogrevocation.storequality.microsoft.com', 443, null],
    // The deeper suffix says more.
    ['7.tlu.dl.delivery.mp.microsoft.com', 80, 'update/any.dl.delivery.mp.microsoft.com'],
    ['fe3.delivery.mp.microsoft.com', 443, 'update/any.delivery.mp.microsoft.com'],
    ['delivery.mp.microsoft.com', 443, null],
    ['au.download.windowsupdate.com', 80, 'update/any.windowsupdate.com'],
    ['windowsupdate.com.example', 80, null],
    ['notwindowsupdate.com', 80, null],
    // Parents and neighbours in the same domain are nobody's business here.
    ['nobody-knows-this.microsoft.com', 443, null],
    ['nobody-knows-this.windows.com', 443, null],
    ['nobody-knows-this.live.com', 443, null],
    ['nobody-knows-this.msedge.net', 443, null],
    ['nobody-knows-this.apple.com', 443, null],
    ['courier.push.apple.com', 5223, 'apple/any.push.apple.com'],
    ['push-apple.com', 443, null],
    ['gstatic.com', 80, null],
    ['ocsp.godaddy.com', 80, 'pki/ocsp.godaddy.com'],
    ['scrootcal.ocsp.secomtrust.net', 80, null],
    ['files.snapcraftcontent.com', 443, 'ubuntu/any.snapcraftcontent.com'],
    // The port belongs to the rule.
    ['ocsp.digicert.com', 443, null],
    ['edge.microsoft.com', 8443, null],
    ['settings-win.data.microsoft.com', 80, 'windows/settings-win.data.microsoft.com'],
    // What anybody can rent, whatever is listed.
    ['evil.blob.core.windows.net', 443, null],
    ['officehomeblobs.blob.core.windows.net', 443, null],
    ['widgetcdn.azureedge.net', 443, null],
    ['assets-prod-1f2e.azureedge.net', 443, null],
    ['img-s-msn-com.akamaized.net', 443, null],
    ['d111111abcdef8.cloudfront.net', 443, null],
    ['api.onedrive.com', 443, null],
    ['skyapi.storage.live.com', 443, null],
  ];
  for (const [name, port, expected] of rows)
    it(`${name}:${port} is ${expected === null ? 'left unexplained' : `explained by ${expected}`}`, () =>
      assert.equal(explains(outside(name, port)), expected));

  it('gives the analyst a hint where the name proves nothing, from the rule that says most', () => {
    assert.match(
      explain(outside('widgetcdn.azureedge.net', 443), rules).reason as string,
      /anybody can rent a place like widgetcdn\.azureedge\.net.*widgets fetch/,
    );
    assert.match(explain(outside('x.azureedge.net', 443), rules).reason as string, /anybody can rent a place like \*\.azureedge\.net/);
  });

  it('is not explained over QUIC, which no source speaks of', () =>
    assert.equal(explains(outside('settings-win.data.microsoft.com', 443, { protocol: 'udp', application: null })), null));

  const clock = { protocol: 'udp', application: 'ntp' } as const;
  it('may be a known clock, when it is spoken to like a clock', () => {
    assert.equal(explains(outside('time.windows.com', 123, clock)), 'time/time.windows.com');
    assert.equal(explains(outside('2.debian.pool.ntp.org', 123, clock)), 'time/2.debian.pool.ntp.org');
    assert.equal(explains(outside('time.windows.com', 123, { ...clock, application: null })), null);
    assert.equal(explains(outside('time.attacker.example', 123, clock)), null);
    assert.equal(explains(outside('evil.pool.ntp.org', 123, clock)), null);
    assert.equal(explains(inside({ ...clock, port: 123, scope: 'outside' })), null);
  });
});

describe('a protocol inside', () => {
  const udp = (port: number, application: FarEndIdentity['application'], cast: FarEndIdentity['cast'] = 'unicast') =>
    inside({ protocol: 'udp', port, application, cast });
  const icmp = (protocol: string, icmpType: number, changes: Partial<FarEndIdentity> = {}) => inside({ protocol, icmpType, ...changes });
  const asked = { protocol: 'udp', port: 53, application: 'dns', roles: ['resolver'] } satisfies Partial<FarEndIdentity>;
  const group = { cast: 'multicast' } as const;
  const rows: [string, FarEndIdentity, string | null][] = [
    ['mDNS to the group', udp(5353, 'mdns', 'multicast'), 'protocol/mdns'],
    ['mDNS to one address', udp(5353, 'mdns'), null],
    ['anything else on the port of mDNS', udp(5353, null, 'multicast'), null],
    ['LLMNR to the group', udp(5355, 'llmnr', 'multicast'), 'protocol/llmnr'],
    ['LLMNR to one address', udp(5355, 'llmnr'), null],
    ['a NetBIOS name query to everybody', udp(137, 'nbns', 'broadcast'), 'protocol/nbns'],
    ['a NetBIOS name query to one address', udp(137, 'nbns'), null],
    ['SSDP to one address', udp(1900, 'ssdp'), null],
    ['WS-Discovery to the group', udp(3702, 'wsd', 'multicast'), 'protocol/ws-discovery'],
    ['WS-Discovery to one address', udp(3702, 'wsd'), null],
    ['BROWSER to one address', udp(138, 'browser'), null],
    ['a DHCP client asking everybody', udp(67, 'dhcp', 'broadcast'), 'protocol/dhcp'],
    ['a DHCP client asking its server', udp(67, 'dhcp'), 'protocol/dhcp'],
    ['a DHCP server that offers leases', udp(68, 'dhcp', 'broadcast'), null],
    ['DHCP with an address outside', { ...udp(67, 'dhcp'), scope: 'outside' }, null],
    ['a DHCPv6 client', udp(547, 'dhcpv6', 'multicast'), 'protocol/dhcpv6'],
    ['a DHCPv6 server', udp(546, 'dhcpv6'), null],
    ['ARP', inside({ protocol: 'arp', cast: 'broadcast' }), 'protocol/arp'],
    ['a router solicitation', icmp('ipv6-icmp', 133, group), 'protocol/neighbour-discovery'],
    ['a router advertisement', icmp('ipv6-icmp', 134, group), 'protocol/router-advertisement'],
    ['a neighbour solicitation', icmp('ipv6-icmp', 135, group), 'protocol/neighbour-discovery'],
    ['a neighbour advertisement', icmp('ipv6-icmp', 136), 'protocol/neighbour-discovery'],
    ['a redirect', icmp('ipv6-icmp', 137), null],
    ['a neighbour solicitation to outside', icmp('ipv6-icmp', 135, { scope: 'outside' }), null],
    ['an MLDv2 report', icmp('ipv6-icmp', 143, group), 'protocol/mld'],
    ['an MLD report to one address', icmp('ipv6-icmp', 131), null],
    ['IGMP to a group', inside({ protocol: 'igmp', ...group }), 'protocol/igmp'],
    ['IGMP to one address', inside({ protocol: 'igmp' }), null],
    ['an echo request to the router over IPv6', icmp('ipv6-icmp', 128, { roles: ['router'] }), 'protocol/router-reachability-ipv6'],
    ['an echo request to a neighbour over IPv6', icmp('ipv6-icmp', 128), null],
    ['an echo request to a neighbour over IPv4', icmp('icmp', 8), null],
    ['an echo request to all nodes', icmp('ipv6-icmp', 128, group), null],
    ['an IPv4 redirect to the router', icmp('icmp', 5, { roles: ['router'] }), null],
    ['DNS over TCP to the taught resolver', inside({ ...asked, protocol: 'tcp' }), 'protocol/dns-over-tcp'],
    ['DNS to a neighbour that nobody taught', inside({ ...asked, roles: [] }), null],
    ['DNS to the router that nobody called a resolver', inside({ ...asked, roles: ['router'] }), null],
    ['DNS to the taught resolver outside', inside({ ...asked, scope: 'outside' }), 'protocol/dns-to-taught-resolver-outside'],
    [
      'DNS over TCP to the taught resolver outside',
      inside({ ...asked, protocol: 'tcp', scope: 'outside' }),
      'protocol/dns-over-tcp-to-taught-resolver-outside',
    ],
    ['DNS to any other resolver outside', inside({ ...asked, roles: [], scope: 'outside' }), null],
    ['something else on port 53 to the taught resolver', inside({ ...asked, application: null }), null],
    ['TLS to the taught resolver', inside({ ...asked, protocol: 'tcp', port: 853, application: 'tls' }), null],
    ['a clock inside', udp(123, 'ntp'), 'protocol/ntp-inside'],
    ['something else on port 123', udp(123, null), null],
    ['a conversation that the far end began', { ...udp(5353, 'mdns', 'multicast'), direction: 'incoming' }, null],
    ['TCP to a neighbour', inside({ protocol: 'tcp', port: 445 }), null],
  ];
  for (const [sentence, far, expected] of rows)
    it(`${sentence} is ${expected === null ? 'left unexplained' : `explained by ${expected}`}`, () =>
      assert.equal(explains(far), expected));
});

describe('of several rules that match', () => {
  const chosen = (...several: Explanation[]) => {
    const far = outside('a.b.vendor.example', 443);
    const ids = [several, several.toReversed()].map((order) => explain(far, order).rule);
    assert.equal(ids[0], ids[1], 'the order of the rules must not matter');
    return ids[0];
  };
  const host = rule({ id: 'z/host', pattern: 'a.b.vendor.example', port: 443 });
  const deep = rule({ id: 'z/deep', pattern: '*.b.vendor.example', port: 443, breadth: 'vendor' });
  const wide = rule({ id: 'a/wide', pattern: '*.vendor.example', port: 443, breadth: 'vendor' });

  it('the host comes before the suffix', () => assert.equal(chosen(wide, host), 'z/host'));
  it('the deeper suffix comes before the wider one, whatever their ids', () => assert.equal(chosen(wide, deep), 'z/deep'));
  it('more conditions come before fewer', () =>
    assert.equal(chosen(rule({ ...host, id: 'a/plain' }), rule({ ...host, application: 'tls' })), 'z/host'));
  it('one port comes before several', () => assert.equal(chosen(rule({ ...host, id: 'a/ports', port: [80, 443] }), host), 'z/host'));
  it('a list of ports matches each of them and no other', () => {
    const both = rule({ ...host, port: [80, 443] });
    assert.deepEqual(
      [80, 443, 8080, null].map((port) => explain({ ...outside('a.b.vendor.example', 443), port }, [both]).status),
      ['explained', 'explained', 'unexplained', 'unexplained'],
    );
  });
  it('a suffix where anybody can rent a place takes its part out of the wider suffix of a vendor', () => {
    assert.equal(chosen(wide, rule({ ...deep, breadth: 'shared' })), null);
    assert.equal(chosen(deep, rule({ ...wide, breadth: 'shared' })), 'z/deep');
    assert.equal(chosen(host, rule({ ...deep, breadth: 'shared' })), 'z/host', 'an operator who knows the host says so');
  });
  it('else the first by id', () => assert.equal(chosen(host, rule({ ...host, id: 'a/host' })), 'a/host'));
});
