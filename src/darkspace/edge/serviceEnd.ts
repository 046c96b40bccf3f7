/** What the kernel says about the service port: its MAC address, its addresses, and the routers that it knows. */

import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { type Address, addressFromIpv4, addressFromWords, type Mac, parseAddress, parseMac, parsePrefix } from '../../base/address.ts';
import { Failure } from '../../base/failure.ts';
import type { OwnEnd } from '../linkKnowledge.ts';

/** A port without addresses can listen, but ask nobody. Throws where it is missing. */
export function serviceEnd(interfaceName: string): OwnEnd {
  const found = networkInterfaces()[interfaceName] ?? [];
  const mac = parseMac(found[0]?.mac ?? macOfQuietPort(interfaceName));
  if (mac === undefined || mac === 0) {
    throw new Failure(
      'SERVICE_PORT_SILENT',
      `the port ${interfaceName} is missing, or has no MAC address`,
      `bring it up (\`ip link set ${interfaceName} up\`); to answer, it needs an IPv6 link-local or IPv4 address`,
    );
  }
  const addresses = found.flatMap(({ address, cidr }) => {
    const [own, prefix] = [parseAddress(address), parsePrefix(cidr ?? address)];
    return own === undefined || prefix === undefined ? [] : [{ address: own, prefix }];
  });
  return { mac, addresses, routers: [...ipv6Routers(interfaceName), ...ipv4Routers(interfaceName)] };
}

/** The kernel lists only ports with addresses. */
function macOfQuietPort(interfaceName: string): string {
  return linesOf(`/sys/class/net/${interfaceName}/address`)[0]?.[0] ?? '';
}

/** The kernel wrote these files; one that cannot be read names no router. */
function linesOf(path: string): string[][] {
  try {
    return readFileSync(path, 'latin1')
      .split('\n')
      .map((line) => line.trim().split(/\s+/));
  } catch {
    return [];
  }
}

/** /proc/net/ipv6_route: destination, length, source, length, next hop, metric, …, interface. */
function ipv6Routers(interfaceName: string): Address[] {
  return linesOf('/proc/net/ipv6_route').flatMap((fields) => {
    const [nextHop, device] = [fields[4] ?? '', fields[9]];
    if (device !== interfaceName || !/^[0-9a-f]{32}$/.test(nextHop) || /^0+$/.test(nextHop)) return [];
    const word = (at: number) => Number.parseInt(nextHop.slice(at, at + 8), 16);
    return [addressFromWords(word(0), word(8), word(16), word(24))];
  });
}

/** /proc/net/route: interface, destination, gateway (32 bits in the machine's order), … */
function ipv4Routers(interfaceName: string): Address[] {
  return linesOf('/proc/net/route').flatMap((fields) => {
    const gateway = fields[2] ?? '';
    if (fields[0] !== interfaceName || !/^[0-9A-F]{8}$/.test(gateway) || gateway === '00000000') return [];
    const octets = (gateway.match(/../g) as string[]).map((digits) => Number.parseInt(digits, 16));
    return [
      addressFromIpv4(
        ((octets[3] as number) * 0x100_0000 + (octets[2] as number) * 0x1_0000 + (octets[1] as number) * 256 + (octets[0] as number)) >>> 0,
      ),
    ];
  });
}

/** Whether anything that is checked against has changed. */
export function sameEnd(a: OwnEnd, b: OwnEnd): boolean {
  const text = (end: OwnEnd) =>
    [end.mac as Mac, ...end.addresses.map(({ address, prefix }) => `${address}/${prefix.length}`), ...end.routers]
      .map(String)
      .toSorted()
      .join();
  return text(a) === text(b);
}
