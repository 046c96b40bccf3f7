/** The part of the report about addresses that nobody has, and whether the box could hear at all. */

import { formatAddress, formatMac } from '../base/address.ts';
import { formatTime } from '../base/time.ts';
import { darkAskers } from '../judge/darkAsker.ts';
import type { DeviceRecord } from '../record/judged.ts';
import type { ReportDarkAsker, ReportOutput } from '../record/output/report.ts';
import type { Answers } from '../store/question.ts';
import { darkContacts, visibility } from '../store/questions/darkspace.ts';
import { textTable } from './textTable.ts';

/** Targets and services named in a report; the rest is counted. */
const namedTargets = 10;
const namedServices = 20;

export async function assembleDark(
  answers: Answers,
  window: { readonly from: number; readonly to: number },
  devices: readonly DeviceRecord[],
): Promise<ReportDarkAsker[]> {
  const byMac = new Map(devices.map((device) => [device.mac, device]));
  return darkAskers(await answers.ask(darkContacts, window)).map((asker) => {
    const device = byMac.get(asker.mac);
    return {
      host: device?.host ?? device?.hostNames[0] ?? formatMac(asker.mac),
      mac: formatMac(asker.mac),
      addresses: asker.addresses.map(formatAddress),
      kind: asker.kind,
      severity: asker.severity,
      because: [...asker.because],
      dryRun: asker.isDryRun,
      targets: asker.targets.length,
      someTargets: asker.targets.slice(0, namedTargets).map(formatAddress),
      solicitations: asker.solicitations,
      packets: asker.packets,
      octets: asker.octets,
      services: asker.services.slice(0, namedServices).map((service) => ({ ...service })),
      payload: asker.payload,
      evidence: [...asker.evidence],
      firstAt: formatTime(asker.firstAt),
      lastAt: formatTime(asker.lastAt),
    };
  });
}

/** Links on which silence means little: a reader must not take an empty list for a quiet network. */
export async function blindSpots(answers: Answers): Promise<string[]> {
  const verdicts = await answers.ask(visibility, {});
  return verdicts
    .filter(({ verdict }) => verdict === 'blind' || verdict === 'partly')
    .map(
      ({ interface: name, verdict, because }) =>
        `blind spot: ${name} ${verdict === 'blind' ? 'does not hear' : 'hears only a part of'} what hosts ask each other (${because})`,
    );
}

export function darkLines(askers: ReportOutput['dark']): string[] {
  if (askers.length === 0) return [];
  const rows = askers.map((asker) => [
    asker.severity,
    asker.host,
    asker.kind,
    String(asker.targets),
    String(asker.packets),
    asker.services.map(({ name, packets }) => `${name} (${packets})`).join(', ') ||
      (asker.dryRun ? 'dry-run: not answered' : 'nothing followed'),
    `${asker.because.join('; ')}: ${asker.someTargets.join(' ')}${asker.targets > asker.someTargets.length ? ' …' : ''}`,
  ]);
  const right = (title: string) => ({ title, align: 'right' as const });
  const columns = [
    { title: 'severity' },
    { title: 'host' },
    { title: 'kind' },
    right('addresses'),
    right('packets'),
    { title: 'wanted' },
    { title: 'why' },
  ];
  return ['', 'Turned to addresses that nobody has', ...textTable(columns, rows)];
}
