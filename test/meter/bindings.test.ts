import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { broadcastMac, formatAddress, formatMac, parseAddress } from '../../src/base/address.ts';
import { hour, second } from '../../src/base/time.ts';
import { arpOperation, encodeArp } from '../../src/wire/arp.ts';
import { dhcpMessage, encodeDhcpv4 } from '../../src/wire/dhcpv4.ts';
import { dhcpv6Message, encodeDhcpv6 } from '../../src/wire/dhcpv6.ts';
import { encodeDnsResponse } from '../../src/wire/dns.ts';
import { encodeIpv6 } from '../../src/wire/ipv6.ts';
import { encodeNbnsRegistration, encodeNbnsResponse } from '../../src/wire/nbns.ts';
import { encodeNeighborAdvertisement, encodeNeighborSolicitation } from '../../src/wire/ndp.ts';
import { browserCommand, encodeBrowserAnnouncement } from '../../src/wire/netbiosDatagram.ts';
import { encodeUdp } from '../../src/wire/udp.ts';
import { client, ethernet, type Frame, type Machine, machine, meterAll, server, start, udp, word } from './frames.ts';

const everyone = { mac: broadcastMac, address: parseAddress('192.168.0.255') as bigint };
const v6 = machine('02:00:00:00:00:06', 'fe80::6');
const v6other = machine('02:00:00:00:00:07', 'fe80::7');

function arp(atUs: number, sender: Machine, operation: number = arpOperation.request): Frame {
  const fields = {
    operation,
    senderMac: sender.mac,
    senderAddress: word(sender.address),
    targetMac: 0,
    targetAddress: word(server.address),
  };
  return ethernet(atUs, sender, everyone, 0x0806, encodeArp(fields));
}

function ipv6(from: Machine, to: Machine, nextHeader: number, payload: Uint8Array, hopLimit = 255): Frame {
  const packet = encodeIpv6({ source: from.address, destination: to.address, nextHeader, hopLimit }, payload);
  return ethernet(start, from, to, 0x86dd, packet);
}

function dhcp(fields: Partial<Parameters<typeof encodeDhcpv4>[0]>, from = client, to: Machine = server): Frame {
  const [source, destination] = fields.operation === 2 ? [67, 68] : [68, 67];
  return udp(
    start,
    from,
    to,
    source,
    destination,
    encodeDhcpv4({ operation: 1, messageType: 1, transaction: 1, clientMac: client.mac, ...fields }),
  );
}

/** MAC, address, host name, evidence. */
const bound = (...frames: Frame[]) =>
  meterAll(frames).kept.bindings.map(({ mac, address, hostName, evidence }) =>
    [formatMac(mac), address === null ? '-' : formatAddress(address), hostName ?? '-', evidence].join(' '),
  );
const own = (suffix: string) => `02:00:00:00:00:01 192.168.0.10 ${suffix}`;

describe('bindings', () => {
  it('of ARP come from the sender of a request or a reply', () => {
    assert.deepEqual(bound(arp(start, client)), [own('- arp')]);
    assert.deepEqual(bound(arp(start, client, arpOperation.reply)), [own('- arp')]);
  });
  it('do not come from an ARP probe', () => assert.deepEqual(bound(arp(start, { mac: client.mac, address: 0xffff_0000_0000n })), []));
  it('do not come from a sender with a group MAC', () => assert.deepEqual(bound(arp(start, { ...client, mac: 0x01005e000001 })), []));
  it('are written once for each hour', () => {
    const frames = [0, 1, 59, 60, 61, 119, 120].map((minutes) => arp(start + minutes * 60 * second, client));
    assert.deepEqual(
      meterAll(frames).kept.bindings.map(({ from, frame }) => [(from - start) / hour, frame]),
      [
        [0, 1],
        [1, 4],
        [2, 7],
      ],
    );
  });
  it('are written for each address, evidence and machine of its own', () =>
    assert.equal(bound(arp(start, client), arp(start + 1, { ...client, address: client.address + 1n }), arp(start + 2, server)).length, 3));

  it('of neighbour discovery come from the link-layer options', () => {
    const asks = encodeNeighborSolicitation({
      source: v6.address,
      destination: v6other.address,
      target: v6other.address,
      sourceLinkLayer: v6.mac,
    });
    const answers = encodeNeighborAdvertisement({
      source: v6other.address,
      destination: v6.address,
      target: v6other.address,
      targetLinkLayer: v6other.mac,
    });
    assert.deepEqual(bound(ipv6(v6, v6other, 58, asks), ipv6(v6other, v6, 58, answers)), [
      '02:00:00:00:00:06 fe80::6 - ndp',
      '02:00:00:00:00:07 fe80::7 - ndp',
    ]);
  });
  it('do not come from neighbour discovery that was forwarded', () => {
    const forged = encodeNeighborAdvertisement({
      source: v6.address,
      destination: v6other.address,
      target: v6.address,
      targetLinkLayer: v6.mac,
    });
    const { kept, meter } = meterAll([ipv6(v6, v6other, 58, forged, 254)]);
    assert.deepEqual([kept.bindings.length, meter.leftOut['neighbour-discovery-unbelieved']], [0, 1]);
  });
  it('do not come from duplicate address detection', () => {
    const nobody = { mac: v6.mac, address: 0n };
    const probe = encodeNeighborSolicitation({ source: 0n, destination: v6other.address, target: v6.address });
    assert.deepEqual(bound(ipv6(nobody, v6other, 58, probe)), []);
  });

  it('of DHCP come from the acknowledgement, with the lease', () => {
    const ack = dhcp({ operation: 2, messageType: dhcpMessage.ack, yourAddress: client.address, leaseSeconds: 3600 }, server, client);
    const [binding] = meterAll([ack]).kept.bindings;
    assert.deepEqual([binding?.mac, binding?.address, binding?.until], [client.mac, client.address, start + 3600 * second]);
  });
  it('of DHCP take the host name from the request, but not the address that is only asked for', () =>
    assert.deepEqual(bound(dhcp({ messageType: dhcpMessage.request, requestedAddress: client.address, hostName: 'Office-7' })), [
      '02:00:00:00:00:01 - Office-7 dhcp',
    ]));
  it('of DHCP take the address of a client that renews', () =>
    assert.deepEqual(bound(dhcp({ messageType: dhcpMessage.request, clientAddress: client.address, hostName: 'Office-7' })), [
      own('Office-7 dhcp'),
    ]));
  it('do not come from an offer or a refusal', () => {
    for (const messageType of [dhcpMessage.offer, dhcpMessage.nak])
      assert.deepEqual(bound(dhcp({ operation: 2, messageType, yourAddress: client.address }, server, client)), []);
  });
  it('of DHCPv6 come from the reply', () => {
    const address = parseAddress('2001:db8::10') as bigint;
    const reply = encodeDhcpv6({
      messageType: dhcpv6Message.reply,
      transaction: 1,
      clientMac: client.mac,
      addresses: [{ address, validLifetimeSeconds: 60 }],
    });
    const datagram = encodeUdp({ source: v6other.address, destination: v6.address, sourcePort: 547, destinationPort: 546 }, reply);
    assert.deepEqual(bound(ipv6(v6other, v6, 17, datagram)), ['02:00:00:00:00:01 2001:db8::10 - dhcpv6']);
  });

  const announce = (command: number, announcedName = 'OFFICE-7') =>
    udp(
      start,
      client,
      everyone,
      138,
      138,
      encodeBrowserAnnouncement({ command, sourceName: 'OFFICE-7', announcedName, sourceAddress: client.address, groupName: 'WORKGROUP' }),
    );
  it('come from host announcements of the browser', () =>
    assert.deepEqual(bound(announce(browserCommand.hostAnnouncement)), [own('OFFICE-7 netbios-datagram')]));
  it('do not take the domain of a domain announcement for a host', () =>
    assert.deepEqual(bound(announce(browserCommand.domainAnnouncement, 'WORKGROUP')), [own('OFFICE-7 netbios-datagram')]));

  it('of NBNS come from registrations and answers for the own address', () => {
    const claim = { id: 1, name: 'OFFICE-7', suffix: 0x20, address: client.address, ttlSeconds: 60 };
    assert.deepEqual(bound(udp(start, client, everyone, 137, 137, encodeNbnsRegistration(claim))), [own('OFFICE-7 nbns')]);
    assert.deepEqual(bound(udp(start, client, server, 137, 137, encodeNbnsResponse(claim))), [own('OFFICE-7 nbns')]);
    assert.deepEqual(bound(udp(start, server, client, 137, 137, encodeNbnsResponse(claim))), [], 'a name server speaks of others');
    assert.deepEqual(
      bound(udp(start, client, everyone, 137, 137, encodeNbnsRegistration({ ...claim, suffix: 0x1d }))),
      [],
      'a role, not a machine',
    );
  });
  it('of mDNS and LLMNR come from answers for the own address', () => {
    const message = (ttlSeconds: number) =>
      encodeDnsResponse({ id: 0, questions: [], answers: [{ name: 'office-7.local', address: client.address, ttlSeconds }] });
    assert.deepEqual(bound(udp(start, client, everyone, 5353, 5353, message(120))), [own('office-7.local mdns')]);
    assert.deepEqual(bound(udp(start, client, server, 5355, 50000, message(30))), [own('office-7.local llmnr')]);
    assert.deepEqual(bound(udp(start, server, everyone, 5353, 5353, message(120))), []);
    assert.deepEqual(bound(udp(start, client, everyone, 5353, 5353, message(0))), [], 'a goodbye');
  });
});
