/**
 * What happened is told by (provider, event id), never by the id alone: id 1 exists in Kernel-General, Power-Troubleshooter,
 * Sysmon and Winlogon.
 */

import type { EventRecord } from '../record/event.ts';

/** Short names: lower case, without `Microsoft-Windows-`. Classic and manifest spellings of one provider fall together. */
export type ProviderName =
  | 'kernel-power'
  | 'kernel-general'
  | 'kernel-boot'
  | 'power-troubleshooter'
  | 'eventlog'
  | 'user32'
  | 'winlogon'
  | 'security-auditing'
  | 'terminalservices-localsessionmanager';

export function providerOf(event: EventRecord): string {
  return event.provider.toLowerCase().replace(/^microsoft-windows-/, '');
}

export function is(event: EventRecord, provider: ProviderName, ...eventIds: readonly number[]): boolean {
  return eventIds.includes(event.eventId) && providerOf(event) === provider;
}

const machineProviders: ReadonlySet<string> = new Set([
  'kernel-power',
  'kernel-general',
  'kernel-boot',
  'power-troubleshooter',
  'user32',
  'winlogon',
]);

/**
 * Whether the event comes from a log that also holds the power events. Only such a log shows by its silence that the
 * machine did not sleep: a Security log alone says nothing about that.
 */
export function isFromMachineLog(event: EventRecord): boolean {
  if (event.channel !== '') return event.channel.toLowerCase() === 'system';
  return machineProviders.has(providerOf(event)) || (providerOf(event) === 'eventlog' && event.eventId >= 6005 && event.eventId <= 6013);
}
