/** What one event says of a person: logons of all logs that tell them, brought to a few kinds. */

import { eachInSteps } from '../base/steps.ts';
import { type Microseconds, minute } from '../base/time.ts';
import type { EventRecord } from '../record/event.ts';
import { is, providerOf } from './eventKey.ts';
import { field, numberField } from './fields.ts';
import type { WrittenEvent } from './writtenEvent.ts';

/** `key` names the session in the words of its log: `ts:2`, `logon:0x3e7`. `user`: the person did it, not an idle clock. */
export type PersonEvidence = {
  readonly at: Microseconds;
  readonly id: string;
  readonly rule: string;
} & (
  | { readonly kind: 'logon'; readonly key: string; readonly remote: boolean; readonly lasting: boolean }
  | { readonly kind: 'logoff' | 'token-end'; readonly key: string }
  | { readonly kind: 'disconnect'; readonly key: string; readonly console: boolean }
  | { readonly kind: 'lock' | 'unlock' | 'saver-on' | 'saver-off'; readonly key: string }
  | { readonly kind: 'log-cleared' | 'started' }
);

/** Two logs tell of one logon within this. */
export const sameLogonUs = minute;

/** All evidence of all channels, by time. */
export function* personEvidenceSteps(channels: readonly (readonly WrittenEvent[])[]): Generator<void, PersonEvidence[]> {
  const remoteLogons: WrittenEvent[] = [];
  for (const channel of channels)
    yield* eachInSteps(channel, (event) => {
      if (isRemoteLogon(event.record)) remoteLogons.push(event);
    });
  remoteLogons.sort((a, b) => a.at - b.at);
  const found: PersonEvidence[] = [];
  for (const channel of channels) yield* eachInSteps(channel, (event) => void found.push(...evidenceOf(event, remoteLogons)));
  return found.sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
}

function evidenceOf(event: WrittenEvent, remoteLogons: readonly WrittenEvent[]): PersonEvidence[] {
  const { record, at } = event;
  switch (providerOf(record)) {
    case 'winlogon':
      return winlogon(record, at, remoteLogons);
    case 'security-auditing':
      return security(record, at);
    case 'terminalservices-localsessionmanager':
      return terminalServices(record, at);
    case 'eventlog':
      return record.eventId === 1102 ? [{ at, id: record.id, rule: 'the Security log was cleared (1102)', kind: 'log-cleared' }] : [];
    default:
      return [];
  }
}

/** 7001 does not say from where: a remote logon told by another log at the same time does. */
function winlogon(record: EventRecord, at: Microseconds, remoteLogons: readonly WrittenEvent[]): PersonEvidence[] {
  const key = `ts:${field(record, 'TSId') ?? ''}`;
  if (record.eventId === 7001) {
    const remote = around(remoteLogons, at).some((other) => !isTerminalServices(other.record) || sessionKey(other.record) === key);
    return [{ at, id: record.id, rule: 'logged on (Winlogon 7001)', kind: 'logon', key, remote, lasting: true }];
  }
  return record.eventId === 7002 ? [{ at, id: record.id, rule: 'logged off (Winlogon 7002)', kind: 'logoff', key }] : [];
}

/** A few of those within a minute, from the first on. `events` by time. */
function around(events: readonly WrittenEvent[], at: Microseconds): WrittenEvent[] {
  let low = 0;
  for (let high = events.length; low < high; ) {
    const middle = (low + high) >>> 1;
    if ((events[middle] as WrittenEvent).at < at - sameLogonUs) low = middle + 1;
    else high = middle;
  }
  return events.slice(low, low + 32).filter((event) => event.at <= at + sameLogonUs);
}

function isTerminalServices(record: EventRecord): boolean {
  return providerOf(record) === 'terminalservices-localsessionmanager';
}

function isRemoteLogon(record: EventRecord): boolean {
  if (isTerminalServices(record)) return (record.eventId === 21 || record.eventId === 25) && isRemoteAddress(field(record, 'Address'));
  return is(record, 'security-auditing', 4624) && !isVirtual(record) && isRemoteType(record);
}

/** The window manager, the font driver host and the services log on with type 2 or 5 too. They are nobody. */
function isVirtual(record: EventRecord): boolean {
  const sid = field(record, 'TargetUserSid') ?? '';
  const user = field(record, 'TargetUserName') ?? '';
  return /^S-1-5-(90|96)-|^S-1-5-(7|18|19|20)$|^S-1-0-0$/.test(sid) || /^(DWM|UMFD)-\d+$/i.test(user);
}

/** 10 remote interactive, 12 the same with cached credentials; 7 with an address is a reconnected remote session. */
function isRemoteType(record: EventRecord): boolean {
  const type = numberField(record, 'LogonType');
  return type === 10 || type === 12 || (type === 7 && isRemoteAddress(field(record, 'IpAddress')));
}

function isRemoteAddress(address: string | undefined): boolean {
  return address !== undefined && !/^(-?|local|127\..*|::1|0\.0\.0\.0)$/i.test(address);
}

function security(record: EventRecord, at: Microseconds): PersonEvidence[] {
  const { id } = record;
  const key = `logon:${(field(record, 'TargetLogonId') ?? '').toLowerCase()}`;
  const type = numberField(record, 'LogonType');
  switch (record.eventId) {
    case 4608:
      return [{ at, id, rule: 'started (4608), and nobody has logged on yet', kind: 'started' }];
    case 4624: {
      const isPerson = type === 2 || type === 7 || type === 10 || type === 11 || type === 12 || type === 13;
      if (!isPerson || isVirtual(record)) return [];
      // The logon of an unlock ends at once; its end is no logoff.
      const lasting = type !== 7 && type !== 13;
      return [{ at, id, rule: `logged on (4624, type ${type})`, kind: 'logon', key, remote: isRemoteType(record), lasting }];
    }
    case 4634:
      return type === 2 || type === 10 || type === 11 || type === 12 ? [{ at, id, rule: 'logged off (4634)', kind: 'token-end', key }] : [];
    case 4647:
      return [{ at, id, rule: 'logged off (4647)', kind: 'logoff', key }];
    case 4778:
    case 4779: {
      const console = /^console$/i.test(field(record, 'SessionName') ?? '');
      const logon = `logon:${(field(record, 'LogonID') ?? '').toLowerCase()}`;
      if (record.eventId === 4779) return [{ at, id, rule: 'session disconnected (4779)', kind: 'disconnect', key: logon, console }];
      return [{ at, id, rule: 'session reconnected (4778)', kind: 'logon', key: logon, remote: !console, lasting: true }];
    }
    case 4800:
      return [{ at, id, rule: 'locked (4800)', kind: 'lock', key: `ts:${field(record, 'SessionId') ?? ''}` }];
    case 4801:
      return [{ at, id, rule: 'unlocked (4801)', kind: 'unlock', key: `ts:${field(record, 'SessionId') ?? ''}` }];
    case 4802:
      return [{ at, id, rule: 'screen saver began (4802)', kind: 'saver-on', key: `ts:${field(record, 'SessionId') ?? ''}` }];
    case 4803:
      return [{ at, id, rule: 'screen saver ended (4803)', kind: 'saver-off', key: `ts:${field(record, 'SessionId') ?? ''}` }];
    default:
      return [];
  }
}

function sessionKey(record: EventRecord): string {
  return `ts:${field(record, 'SessionID') ?? field(record, 'SessionId') ?? ''}`;
}

function terminalServices(record: EventRecord, at: Microseconds): PersonEvidence[] {
  const { id } = record;
  const key = sessionKey(record);
  const remote = isRemoteAddress(field(record, 'Address'));
  switch (record.eventId) {
    case 21:
      return [{ at, id, rule: 'session logon (TerminalServices 21)', kind: 'logon', key, remote, lasting: true }];
    case 25:
      return [{ at, id, rule: 'session reconnected (TerminalServices 25)', kind: 'logon', key, remote, lasting: true }];
    case 23:
      return [{ at, id, rule: 'session logoff (TerminalServices 23)', kind: 'logoff', key }];
    case 24:
      return [{ at, id, rule: 'session disconnected (TerminalServices 24)', kind: 'disconnect', key, console: !remote }];
    default:
      return [];
  }
}
