/** Reports written by hand, for tests to vary. */

import type { ReportDestination, ReportHost, ReportOutput } from '../../src/record/output/report.ts';
import { findings } from '../../src/report/findings.ts';

export const sampleDestination = (changes: Partial<ReportDestination> = {}): ReportDestination => ({
  name: 'a.example',
  address: null,
  protocol: 'tcp',
  port: 443,
  scope: 'outside',
  packets: 9,
  octets: 4700,
  status: 'unexplained',
  reason: 'no explanation for this name',
  rule: null,
  source: null,
  priority: 50,
  because: ['unexplained, outside the network'],
  application: 'tls',
  direction: 'outgoing',
  cast: 'unicast',
  nameProof: 'resolved',
  sentPackets: 5,
  receivedPackets: 4,
  firstAt: '2021-01-10T03:04:01.000250Z',
  lastAt: '2021-01-10T03:04:07.000125Z',
  judged: [{ state: 'modern-sleep', confidence: 'high' }],
  ...changes,
});

export const sampleExplained = (changes: Partial<ReportDestination> = {}): ReportDestination =>
  sampleDestination({
    name: 'settings-win.data.microsoft.com',
    status: 'explained',
    reason: 'Windows fetches its settings',
    rule: 'windows/settings',
    source: 'the vendor',
    priority: 0,
    because: ['explained'],
    ...changes,
  });

export const sampleHost = (changes: Partial<ReportHost> = {}): ReportHost => {
  const destinations = changes.destinations ?? [sampleDestination()];
  const sum = (some: readonly ReportDestination[]) => some.reduce((packets, destination) => packets + destination.packets, 0);
  return {
    host: 'PC-7',
    hasLog: true,
    mac: '02:00:5e:00:00:01',
    addresses: ['192.168.7.23'],
    hours: { 'modern-sleep': 3, present: 4.5, unknown: 0 },
    traffic: { 'modern-sleep': { packets: 9, octets: 4700 } },
    noUserStarted: { packets: sum(destinations), explained: sum(destinations.filter(({ status }) => status === 'explained')) },
    destinations,
    clock: [],
    notes: [],
    ...changes,
  };
};

export const sampleReport = (hosts: ReportHost[], changes: Partial<ReportOutput> = {}): ReportOutput => ({
  from: '2021-01-10T00:00:00.000000Z',
  to: '2021-01-11T00:00:00.000000Z',
  policy: 'sleep',
  hosts,
  dark: [],
  findings: findings(hosts),
  notes: [],
  totals: {},
  ...changes,
});
