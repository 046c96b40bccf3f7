/** Joins one device's flows of a day with its states: what it exchanged with whom, in which state. */

import type { Mac } from '../base/address.ts';
import { deriveId } from '../base/ids.ts';
import { complete } from '../base/steps.ts';
import { type Microseconds, second } from '../base/time.ts';
import type { FlowRecord } from '../record/flow.ts';
import type { HostInterval, HostState } from '../record/interval.ts';
import type { DestinationRecord, JudgementRecord } from '../record/judged.ts';
import type { NameRecord } from '../record/sighting.ts';
import { type FarEnd, farEndOf } from './farEnd.ts';
import { claimedNamesSteps, LearntNames } from './naming.ts';
import type { Networks } from './networks.ts';
import { type SecondState, stateOfSecond } from './stateOfSecond.ts';

/** A destination before anybody asked whether it is explained. */
export type FarEndIdentity = Omit<DestinationRecord, 'status' | 'reason' | 'rule' | 'source' | 'envelope'>;

export interface DeviceDay {
  readonly mac: Mac;
  /** Start of the UTC day, and of the next. */
  readonly from: Microseconds;
  readonly to: Microseconds;
  /** Slices of the day, and of the time before it in which a conversation may have been named. */
  readonly flows: readonly FlowRecord[];
  readonly names: readonly NameRecord[];
  readonly states: readonly HostInterval[];
}

export interface JudgedDay {
  readonly judgements: JudgementRecord[];
  readonly destinations: FarEndIdentity[];
}

/** A machine in these states cannot send a frame by its own will. */
const silentStates: ReadonlySet<HostState> = new Set(['s3', 'hibernate', 'off']);
const neighborSolicitation = 135;
const neighborAdvertisement = 136;

/** A network card answers these by itself while its machine sleeps (ARP and NS offload of Wake-on-LAN). */
function isOffload(farEnd: FarEnd): boolean {
  if (farEnd.protocol === 'arp') return true;
  return farEnd.protocol === 'ipv6-icmp' && (farEnd.icmpType === neighborSolicitation || farEnd.icmpType === neighborAdvertisement);
}

export function judgeDay(day: DeviceDay, networks: Networks): JudgedDay {
  return complete(judgeDaySteps(day, networks));
}

const flowsPerStep = 100;

/** The same in steps of a few milliseconds, for whoever has more to do than this. */
export function* judgeDaySteps(day: DeviceDay, networks: Networks): Generator<void, JudgedDay> {
  const learnt = new LearntNames(day.names, networks);
  yield;
  const claimed = yield* claimedNamesSteps(day.flows);
  let done = 0;
  const destinations = new Map<string, FarEndIdentity>();
  const judgements = new Map<string, JudgementRecord>();
  for (const flow of day.flows) {
    if (flow.minute < day.from || flow.minute >= day.to) continue;
    if (++done % flowsPerStep === 0) yield;
    const farEnd = farEndOf(flow, day.mac, networks);
    const identity = identify(flow, farEnd, learnt, claimed.get(flow) ?? null, networks);
    destinations.set(identity.id, identity);
    for (const [i, secondOfMinute] of flow.seconds.entries()) {
      const at = flow.minute + secondOfMinute * second;
      const state = stateOfSecond(day.states, at);
      const row = judgementFor(judgements, day.mac, flow, farEnd, identity.id, state);
      addSecond(row, farEnd, i);
      row.firstAt = Math.min(row.firstAt, Math.max(at, flow.firstAt));
      row.lastAt = Math.max(row.lastAt, Math.min(at + second - 1, flow.lastAt));
      row.contradiction ||=
        silentStates.has(state.state) && state.confidence !== 'low' && (farEnd.sentPackets[i] as number) > 0 && !isOffload(farEnd);
    }
  }
  return { judgements: [...judgements.values()], destinations: [...destinations.values()] };
}

function identify(flow: FlowRecord, farEnd: FarEnd, learnt: LearntNames, claimed: string | null, networks: Networks): FarEndIdentity {
  const named = farEnd.address !== null && farEnd.cast === 'unicast' && farEnd.direction === 'outgoing';
  const name = named ? learnt.name(farEnd.address, claimed, flow.firstAt, flow.lastAt) : null;
  const fields = {
    name: name?.name ?? null,
    nameProof: name?.proof ?? null,
    address: name ? null : farEnd.address,
    protocol: farEnd.protocol,
    port: farEnd.port,
    icmpType: farEnd.icmpType,
    application: flow.application,
    direction: farEnd.direction,
    scope: farEnd.scope,
    cast: farEnd.cast,
    roles: farEnd.address === null ? [] : networks.roles(farEnd.address),
  };
  return { id: deriveId(...Object.values(fields).map((value) => (Array.isArray(value) ? value.join(',') : value))), ...fields };
}

function judgementFor(
  judgements: Map<string, JudgementRecord>,
  mac: Mac,
  flow: FlowRecord,
  farEnd: FarEnd,
  destination: string,
  { state, intervalFrom, confidence }: SecondState,
): JudgementRecord {
  const key = `${flow.minute}|${destination}|${farEnd.address}|${state}|${intervalFrom}|${confidence}`;
  const known = judgements.get(key);
  if (known) return known;
  const row: JudgementRecord = {
    mac,
    minute: flow.minute,
    state,
    intervalFrom,
    confidence,
    destination,
    peerAddress: farEnd.address,
    sentPackets: 0,
    sentOctets: 0,
    receivedPackets: 0,
    receivedOctets: 0,
    firstAt: Number.MAX_SAFE_INTEGER,
    lastAt: 0,
    contradiction: false,
  };
  judgements.set(key, row);
  return row;
}

function addSecond(row: JudgementRecord, farEnd: FarEnd, i: number): void {
  row.sentPackets += farEnd.sentPackets[i] as number;
  row.sentOctets += farEnd.sentOctets[i] as number;
  row.receivedPackets += farEnd.receivedPackets[i] as number;
  row.receivedOctets += farEnd.receivedOctets[i] as number;
}
