/** Who has used which address: `yoban report --addresses`. */

import { formatAddress, formatMac } from '../base/address.ts';
import { formatTime, type Microseconds } from '../base/time.ts';
import type { AddressesOutput } from '../record/output/addresses.ts';
import type { Answers } from '../store/question.ts';
import { addressUsage } from '../store/questions/darkspace.ts';
import { devices } from '../store/questions/derived.ts';
import { textTable } from './textTable.ts';

export interface AddressesOptions {
  readonly from?: Microseconds;
  readonly to?: Microseconds;
  /** Only this device: a name, an address or a MAC address. */
  readonly host?: string;
}

/** Later than any fact. */
const endOfTime = 253_402_300_799_000_000;

export async function assembleAddresses(answers: Answers, { from = 0, to = endOfTime, host }: AddressesOptions): Promise<AddressesOutput> {
  const names = new Map(
    (await answers.ask(devices, {})).map(({ mac, host: name, hostNames }) => [
      mac,
      [...new Set([...(name === null ? [] : [name]), ...hostNames])],
    ]),
  );
  const addresses = (await answers.ask(addressUsage, { from, to })).map((row) => ({
    address: formatAddress(row.address),
    mac: formatMac(row.mac),
    names: names.get(row.mac) ?? [],
    firstAt: formatTime(row.firstAt),
    lastAt: formatTime(row.lastAt),
    evidence: row.evidence,
    frames: row.frames,
    interfaces: row.interfaces,
  }));
  if (host === undefined) return { addresses };
  const wanted = host.toUpperCase();
  const macs = new Set(
    addresses
      .filter(({ address, mac, names: own }) => [address, mac, ...own].some((name) => name.toUpperCase() === wanted))
      .map(({ mac }) => mac),
  );
  return { addresses: addresses.filter(({ mac }) => macs.has(mac)) };
}

export function renderAddresses({ addresses }: AddressesOutput): string {
  if (addresses.length === 0) return 'No address was seen in use.\n';
  const rows = addresses.map((row, i) => [
    row.address === addresses[i - 1]?.address ? '' : row.address,
    row.mac,
    row.names.join(' '),
    row.firstAt,
    row.lastAt,
    row.evidence.join(', '),
  ]);
  const columns = ['address', 'MAC address', 'device', 'first seen', 'last seen', 'by what'].map((title) => ({ title }));
  const devicesInAll = new Set(addresses.map(({ mac }) => mac)).size;
  const distinct = new Set(addresses.map(({ address }) => address)).size;
  return `${['Who used which address', ...textTable(columns, rows), '', `  ${distinct} addresses, ${devicesInAll} devices`].join('\n')}\n`;
}
