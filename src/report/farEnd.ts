/** What a far end is called in text. */

import type { ReportDestination } from '../record/output/report.ts';

/** `settings-win.data.microsoft.com:443`, or for what has no name: `SSDP to 239.255.255.250 (multicast)`. */
export function farEnd(
  destination: Pick<ReportDestination, 'name' | 'address' | 'port' | 'protocol' | 'application' | 'cast' | 'direction'>,
): string {
  const { name, address, port, protocol, application, cast, direction } = destination;
  if (name !== null) return port === null ? `${name} (${protocol})` : `${name}:${port}`;
  // The port is that of the service: of an incoming conversation it is the host's own.
  const portText = port === null || application !== null ? '' : `${direction === 'incoming' ? ' to' : ''} port ${port}`;
  const toward = direction === 'incoming' ? 'from' : cast === 'unicast' ? 'with' : 'to';
  const at = address === null ? '' : ` ${toward} ${address}${portText}`;
  return `${service(destination)}${at}${cast === 'unicast' ? '' : ` (${cast})`}`;
}

export function service({ application, protocol }: Pick<ReportDestination, 'application' | 'protocol'>): string {
  return (application ?? protocol).toUpperCase();
}
