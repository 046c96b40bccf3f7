/** A small good value of every published output, for tests to spoil. */

import type { z } from 'zod';
import { accountOutput } from '../../src/record/output/account.ts';
import { addressesOutput } from '../../src/record/output/addresses.ts';
import { doctorOutput } from '../../src/record/output/doctor.ts';
import { explainList } from '../../src/record/output/explain.ts';
import { explainDecided } from '../../src/record/output/explainDecided.ts';
import { explainSuggestions } from '../../src/record/output/explainSuggestions.ts';
import { flowOutput } from '../../src/record/output/flows.ts';
import { inspectOutput } from '../../src/record/output/inspect.ts';
import { labOutput } from '../../src/record/output/lab.ts';
import { recordOutput } from '../../src/record/output/records.ts';
import { replayOutput } from '../../src/record/output/replay.ts';
import { reportOutput } from '../../src/record/output/report.ts';
import { timelineOutput } from '../../src/record/output/timeline.ts';

const at = '2021-01-10T09:00:00.000001Z';

interface Output {
  readonly schema: z.ZodType;
  readonly value: object;
}

export const outputs: Readonly<Record<string, Output>> = {
  addresses: {
    schema: addressesOutput,
    value: {
      addresses: [
        {
          address: 'fe80::1',
          mac: '02:00:5e:00:00:01',
          names: ['pc-7'],
          firstAt: at,
          lastAt: at,
          evidence: ['ndp'],
          frames: 3,
          interfaces: ['eth2'],
        },
      ],
    },
  },
  lab: {
    schema: labOutput,
    value: {
      isMet: false,
      experiments: [{ name: 'a sweep', figures: [{ what: 'claimed', measured: '201', wanted: '≤ 200', isMet: false }] }],
    },
  },
  account: {
    schema: accountOutput,
    value: {
      balanced: true,
      booksBalance: true,
      unfinished: [],
      cutOff: [],
      blindSpots: [],
      stages: [
        {
          stage: 'link',
          interface: 'a.pcap',
          unit: 'frames',
          carried: 0,
          in: 3,
          out: 1,
          held: 0,
          refused: { full: 1 },
          dropped: { late: 1 },
        },
      ],
    },
  },
  doctor: {
    schema: doctorOutput,
    value: { ready: true, checks: [{ check: 'kernel', subject: '', state: 'good', finding: 'Linux 6.1', advice: null }] },
  },
  flows: {
    schema: flowOutput,
    value: {
      firstAt: at,
      lastAt: at,
      communityId: '1:LQU9qZlK+B5F3KDmev6m5PMibrg=',
      capture: 'capture-1',
      interface: 0,
      vlans: [7],
      etherType: 0x0800,
      protocol: 6,
      icmpType: null,
      icmpCode: null,
      application: 'tls',
      serverName: 'a.example',
      source: { mac: '02:00:5e:00:00:01', address: '192.168.7.23', port: 50_000, packets: 1, octets: 60 },
      destination: { mac: null, address: null, port: null, packets: 0, octets: 0 },
      judged: [
        {
          host: 'PC-7',
          state: 'modern-sleep',
          confidence: 'high',
          intervalFrom: at,
          name: 'a.example',
          status: 'explained',
          rule: 'a/rule',
        },
      ],
    },
  },
  explain: {
    schema: explainList,
    value: {
      explanations: [
        {
          id: 'a/rule',
          inForce: true,
          from: 'decision',
          explanation: null,
          decision: { id: 'x', at, who: 'me', act: 'add', rule: 'a/rule', why: 'a test' },
        },
      ],
    },
  },
  explainDecided: {
    schema: explainDecided,
    value: { decisions: [{ id: 'x', at, who: 'me', act: 'remove', rule: 'a/rule', why: 'a test' }], unchanged: ['b/rule'] },
  },
  explainSuggestions: {
    schema: explainSuggestions,
    value: {
      suggestions: [
        {
          id: 'operator/a.example/443',
          pattern: 'a.example',
          protocol: 'tcp',
          port: 443,
          application: 'tls',
          hosts: 2,
          hostsInAll: 5,
          minutes: 7,
          sentOctets: 100,
          receivedOctets: 200,
        },
      ],
      leftOut: [{ farEnd: 'b.example:443', why: 'comes back every 30 minutes' }],
    },
  },
  inspect: {
    schema: inspectOutput,
    value: {
      files: [
        {
          file: 'a.pcap',
          format: 'pcap',
          linkTypes: ['ethernet'],
          frames: 1,
          octets: 60,
          firstAt: at,
          lastAt: null,
          firstExactlyAt: '2021-01-09T22:00:00.123456789Z',
          lastExactlyAt: null,
          protocols: { ipv4: 1 },
          ipv4Options: { 148: 1 },
          ndp: {},
          names: { dns: ['a.example'], sni: [], httpHost: [] },
          addressNames: [{ address: '192.0.2.1', name: 'a.example' }],
          faults: [{ layer: 'ipv4', kind: 'overrun', count: 1 }],
          lost: { byInterface: 1, bySystem: 0 },
        },
      ],
    },
  },
  replay: {
    schema: replayOutput,
    value: {
      files: [{ file: 'a.pcap', kind: 'capture', frames: 1, records: 0, faults: 0, alreadyStored: false }],
      flows: 1,
      events: 0,
      intervals: 0,
    },
  },
  records: {
    schema: recordOutput,
    value: {
      recordId: 7,
      time: at,
      provider: 'EventLog',
      eventId: 6005,
      qualifiers: 32_768,
      channel: 'System',
      computer: 'pc-7',
      data: [['', 'text']],
      recovered: false,
    },
  },
  report: {
    schema: reportOutput,
    value: {
      from: at,
      to: null,
      policy: 'sleep',
      hosts: [
        {
          host: 'PC-7',
          hasLog: true,
          mac: '02:00:5e:00:00:01',
          addresses: ['192.168.7.23'],
          hours: { off: 1.5 },
          traffic: { off: { packets: 1, octets: 60 } },
          noUserStarted: { packets: 1, explained: 0 },
          destinations: [
            {
              name: 'a.example',
              address: null,
              protocol: 'tcp',
              port: 443,
              scope: 'outside',
              packets: 1,
              octets: 60,
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
              sentPackets: 1,
              receivedPackets: 0,
              firstAt: at,
              lastAt: at,
              judged: [{ state: 'off', confidence: 'low' }],
            },
          ],
          clock: [
            {
              from: at,
              to: at,
              status: 'applied',
              offsetSeconds: -212.5,
              uncertaintySeconds: 6,
              wakeEdges: 3,
              stamps: 1,
              reason: 'from 3 wakes and 1 clock on the wire',
            },
          ],
          notes: [],
        },
      ],
      dark: [
        {
          host: 'PC-7',
          mac: '02:00:5e:00:00:01',
          addresses: ['fe80::1'],
          kind: 'single',
          severity: 'low',
          because: ['asked for one address that nobody has'],
          dryRun: false,
          targets: 1,
          someTargets: ['fe80::2'],
          solicitations: 1,
          packets: 1,
          octets: 118,
          services: [{ name: 'ipv6-icmp type 128', packets: 1 }],
          payload: null,
          evidence: ['dark-eth2.pcapng'],
          firstAt: at,
          lastAt: at,
        },
      ],
      findings: [
        {
          kind: 'port-scan',
          farEnd: '203.0.113.9: 5 ports (tcp)',
          hosts: ['PC-7'],
          name: null,
          address: '203.0.113.9',
          protocol: 'tcp',
          port: null,
          scope: 'outside',
          direction: 'outgoing',
          ports: 5,
          addresses: 1,
          rows: 5,
          packets: 5,
          octets: 300,
          status: 'unexplained',
          reason: null,
          priority: 75,
          because: ['5 ports of one far end, as in a scan'],
          firstAt: at,
          lastAt: at,
        },
      ],
      notes: [],
      totals: { flows: 1 },
    },
  },
  timeline: {
    schema: timelineOutput,
    value: {
      hosts: [
        {
          host: 'PC-7',
          intervals: [
            {
              axis: 'machine',
              state: 'off',
              from: at,
              to: at,
              confidence: 'high',
              evidence: [7, 'an id'],
              rule: 'a rule',
              fromGuardSeconds: 0,
              toGuardSeconds: 0.5,
            },
          ],
        },
      ],
      faults: [],
    },
  },
};
