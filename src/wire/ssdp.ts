/** Simple Service Discovery Protocol: HTTP-like datagrams to port 1900 (UPnP Device Architecture 2.0 §1.2, §1.3). */

import { type Decoded, latin1, type Region, within } from '../base/octets.ts';
import { readFields } from './http.ts';

export const ssdpPort = 1900;

export interface SsdpMessage {
  readonly method: 'M-SEARCH' | 'NOTIFY' | 'response';
  /** ST of a search or a response, NT of a notification. */
  readonly target: string | undefined;
  /** Unique service name of the device. */
  readonly uniqueServiceName: string | undefined;
  /** URL of the device description. */
  readonly location: string | undefined;
  /** USER-AGENT of a search (a browser names itself here), SERVER of the others. */
  readonly product: string | undefined;
}

const startLines = [
  ['M-SEARCH', 'M-SEARCH * HTTP/1.'],
  ['NOTIFY', 'NOTIFY * HTTP/1.'],
  ['response', 'HTTP/1.'],
] as const;

/** `undefined` when the datagram does not begin like one of the three messages. Copied. */
export function readSsdp(region: Region): Decoded<SsdpMessage> {
  const fault = within(region, 8, 'ssdp');
  if (fault) return fault;
  const start = latin1(region.octets, region.at, Math.min(20, region.end - region.at));
  const found = startLines.find(([, line]) => start.startsWith(line));
  if (!found) return undefined;
  const { fields } = readFields(region, ['st', 'nt', 'usn', 'location', 'server', 'user-agent']);
  return {
    method: found[0],
    target: fields.get('st') ?? fields.get('nt'),
    uniqueServiceName: fields.get('usn'),
    location: fields.get('location'),
    product: fields.get('user-agent') ?? fields.get('server'),
  };
}

const ascii = (lines: readonly string[]) => Uint8Array.from(`${lines.join('\r\n')}\r\n\r\n`, (character) => character.charCodeAt(0));

/** `host` as it stands in the message: `239.255.255.250:1900`, `[ff02::c]:1900`. */
export function encodeSsdpSearch(fields: { readonly host: string; readonly target: string; readonly userAgent?: string }): Uint8Array {
  const lines = ['M-SEARCH * HTTP/1.1', `HOST: ${fields.host}`, 'MAN: "ssdp:discover"', 'MX: 3', `ST: ${fields.target}`];
  if (fields.userAgent !== undefined) lines.push(`USER-AGENT: ${fields.userAgent}`);
  return ascii(lines);
}

export interface SsdpNotifyFields {
  readonly host: string;
  readonly target: string;
  readonly uniqueServiceName: string;
  readonly location: string;
  readonly server?: string;
  /** `ssdp:alive` unless given. */
  readonly subType?: string;
}

export function encodeSsdpNotify(fields: SsdpNotifyFields): Uint8Array {
  return ascii([
    'NOTIFY * HTTP/1.1',
    `HOST: ${fields.host}`,
    'CACHE-CONTROL: max-age=1800',
    `LOCATION: ${fields.location}`,
    `NT: ${fields.target}`,
    `NTS: ${fields.subType ?? 'ssdp:alive'}`,
    `SERVER: ${fields.server ?? 'Windows/10.0 UPnP/1.1'}`,
    `USN: ${fields.uniqueServiceName}`,
  ]);
}

export function encodeSsdpResponse(fields: Omit<SsdpNotifyFields, 'host' | 'subType'>): Uint8Array {
  return ascii([
    'HTTP/1.1 200 OK',
    'CACHE-CONTROL: max-age=1800',
    'EXT:',
    `LOCATION: ${fields.location}`,
    `SERVER: ${fields.server ?? 'Windows/10.0 UPnP/1.1'}`,
    `ST: ${fields.target}`,
    `USN: ${fields.uniqueServiceName}`,
  ]);
}
