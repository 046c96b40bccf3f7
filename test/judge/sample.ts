/** Values for tests of the judge. */

import { parsePrefix } from '../../src/base/address.ts';
import type { FarEndIdentity } from '../../src/judge/judgement.ts';
import type { Teaching } from '../../src/judge/networks.ts';
import type { Explanation } from '../../src/record/explanation.ts';
import type { HostInterval, HostState } from '../../src/record/interval.ts';
import type { DestinationRecord } from '../../src/record/judged.ts';
import type { NameRecord } from '../../src/record/sighting.ts';
import { address, at } from '../store/sampleFlow.ts';

export const device = 0x02_00_5e_00_00_01;
export const router = 0x02_00_5e_00_00_fe;

export const teach = (what: Teaching['what'], text: string): Teaching => {
  const prefix = parsePrefix(text);
  if (!prefix) throw new Error(`${text} is no prefix`);
  return { what, address: prefix.address, prefixLength: what === 'prefix' ? prefix.length : null, isCertain: false };
};

export const stretch = (state: HostState, from: string, to: string, changes: Partial<HostInterval> = {}): HostInterval => ({
  state,
  from: at(from),
  to: at(to),
  machineFrom: at(from),
  confidence: 'high',
  fromGuardUs: 0,
  toGuardUs: 0,
  ...changes,
});

export const learnt = (name: string, ip: string, from: string, until: string): NameRecord => ({
  capture: 'capture-1',
  frame: 1,
  clientMac: device,
  clientAddress: address('192.168.7.23'),
  name,
  address: address(ip),
  from: at(from),
  until: at(until),
  evidence: 'dns',
  server: address('192.168.7.1'),
});

export const rule = (changes: Partial<Explanation>): Explanation => ({
  id: 'test/rule',
  protocol: 'tcp',
  scope: 'outside',
  reason: 'a reason of some length',
  platform: 'any',
  source: 'a test',
  firstVerified: '2021-01-10',
  lastVerified: '2021-01-12',
  breadth: 'exact',
  ...changes,
});

/** Whom a machine asked over TLS, outside, by a name that was resolved. */
export const farEnd = (changes: Partial<FarEndIdentity> = {}): FarEndIdentity => ({
  id: 'x',
  name: 'a.example',
  nameProof: 'resolved',
  address: null,
  protocol: 'tcp',
  port: 443,
  icmpType: null,
  application: 'tls',
  direction: 'outgoing',
  scope: 'outside',
  cast: 'unicast',
  roles: [],
  ...changes,
});

/** The same, judged: nothing explains it. */
export const destination = (changes: Partial<DestinationRecord> = {}): DestinationRecord => ({
  ...farEnd(),
  status: 'unexplained',
  reason: 'no explanation for this name',
  rule: null,
  source: null,
  envelope: null,
  ...changes,
});
