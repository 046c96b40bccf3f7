/** Events that tell of persons and their sessions: Security (fields as a real Windows 11 writes them) and TerminalServices. */

import type { Microseconds } from '../../base/time.ts';
import { fileTime, manifest, type Value, type WindowsEvent } from '../windowsEvent.ts';
import { eventLogManifest } from './powerEvent.ts';

export const securityAuditing = 'Microsoft-Windows-Security-Auditing';
export const localSessionManager = 'Microsoft-Windows-TerminalServices-LocalSessionManager';

export interface Account {
  readonly sid: string;
  readonly name: string;
  readonly domain: string;
  readonly logonId: number;
  /** Window manager and font driver host: no person. */
  readonly virtual: boolean;
}

const hex = (id: number) => `0x${id.toString(16)}`;
const targetOf = ({ sid, name, domain, logonId }: Account): [string, Value][] => [
  ['TargetUserSid', sid],
  ['TargetUserName', name],
  ['TargetDomainName', domain],
  ['TargetLogonId', hex(logonId)],
];

/** 4624 v3. Types: 0 the system itself, 2 at the console, 3 network, 5 service, 7 unlock, 10 remote, 11 cached. */
export function loggedOn(computer: string, account: Account, logonType: number, address = '-'): WindowsEvent {
  const booting = logonType === 0;
  return manifest(securityAuditing, 4624, 3, [
    ['SubjectUserSid', booting ? 'S-1-0-0' : 'S-1-5-18'],
    ['SubjectUserName', booting ? '-' : `${computer}$`],
    ['SubjectDomainName', booting ? '-' : 'WORKGROUP'],
    ['SubjectLogonId', booting ? '0x0' : '0x3e7'],
    ...targetOf(account),
    ['LogonType', logonType],
    ['LogonProcessName', booting ? '-' : logonType === 5 ? 'Advapi  ' : 'User32 '],
    ['AuthenticationPackageName', booting ? '-' : 'Negotiate'],
    ['WorkstationName', logonType === 5 || booting ? '-' : computer],
    ['LogonGuid', '{00000000-0000-0000-0000-000000000000}'],
    ['TransmittedServices', '-'],
    ['LmPackageName', '-'],
    ['KeyLength', 0],
    ['ProcessId', hex(booting ? 4 : 932)],
    ['ProcessName', booting ? '' : logonType === 5 ? 'C:\\Windows\\System32\\services.exe' : 'C:\\Windows\\System32\\winlogon.exe'],
    ['IpAddress', address],
    ['IpPort', address === '-' ? '-' : 0],
    ['ImpersonationLevel', booting ? '-' : '%%1833'],
    ['RestrictedAdminMode', '-'],
    ['RemoteCredentialGuard', '-'],
    ['TargetOutboundUserName', '-'],
    ['TargetOutboundDomainName', '-'],
    ['VirtualAccount', account.virtual ? '%%1842' : '%%1843'],
    ['TargetLinkedLogonId', '0x0'],
    ['ElevatedToken', booting || logonType === 5 ? '%%1842' : '%%1843'],
  ]);
}

export const loggedOff = (account: Account, logonType: number) =>
  manifest(securityAuditing, 4634, 0, [...targetOf(account), ['LogonType', logonType]]);
export const logOffAsked = (account: Account) => manifest(securityAuditing, 4647, 0, targetOf(account));

/** 4800 locked, 4801 unlocked, 4802 screen saver on, 4803 off. */
export const workstation = (eventId: 4800 | 4801 | 4802 | 4803, account: Account, session: number) =>
  manifest(securityAuditing, eventId, 0, [...targetOf(account), ['SessionId', session]]);

/** 4778 reconnected, 4779 disconnected. */
export const windowStation = (eventId: 4778 | 4779, account: Account, session: number, clientName: string, address: string) =>
  manifest(securityAuditing, eventId, 0, [
    ['AccountName', account.name],
    ['AccountDomain', account.domain],
    ['LogonID', hex(account.logonId)],
    ['SessionName', `RDP-Tcp#${session}`],
    ['ClientName', clientName],
    ['ClientAddress', address],
  ]);

/** 21 logged on, 23 logged off (no address), 24 disconnected, 25 reconnected. At the console the address is `LOCAL`. */
export function terminalSession(eventId: 21 | 23 | 24 | 25, account: Account, session: number, address: string): WindowsEvent {
  const fields: [string, Value][] = [
    ['User', `${account.domain}\\${account.name}`],
    ['SessionID', session],
  ];
  return manifest(localSessionManager, eventId, 0, eventId === 23 ? fields : [...fields, ['Address', address]]);
}

export const auditStarted = () => manifest(securityAuditing, 4608, 0, []);
export const auditStopped = () => manifest(eventLogManifest, 1100, 0, []);
/** The Security log's twin of Kernel-General 1. */
export const auditedClock = (computer: string, previous: Microseconds, next: Microseconds, process: string) =>
  manifest(securityAuditing, 4616, 1, [
    ['SubjectUserSid', 'S-1-5-18'],
    ['SubjectUserName', `${computer}$`],
    ['SubjectDomainName', 'WORKGROUP'],
    ['SubjectLogonId', '0x3e7'],
    ['PreviousTime', fileTime(previous)],
    ['NewTime', fileTime(next)],
    ['ProcessId', '0xa0c'],
    ['ProcessName', process],
  ]);

/** What logs on at every boot and is nobody. */
export const systemAccount: Account = { sid: 'S-1-5-18', name: 'SYSTEM', domain: 'NT AUTHORITY', logonId: 0x3e7, virtual: false };
export const virtualAccounts: readonly Account[] = [
  { sid: 'S-1-5-96-0-0', name: 'UMFD-0', domain: 'Font Driver Host', logonId: 0xb0f1, virtual: true },
  { sid: 'S-1-5-96-0-1', name: 'UMFD-1', domain: 'Font Driver Host', logonId: 0xb0f9, virtual: true },
  { sid: 'S-1-5-90-0-1', name: 'DWM-1', domain: 'Window Manager', logonId: 0x10a31, virtual: true },
  { sid: 'S-1-5-90-0-1', name: 'DWM-1', domain: 'Window Manager', logonId: 0x10a4e, virtual: true },
];

/** The Security log was cleared: the first record of what is left, written by the log service itself. */
export const auditCleared = (account: Account) =>
  manifest(eventLogManifest, 1102, 0, [
    ['SubjectUserSid', account.sid],
    ['SubjectUserName', account.name],
    ['SubjectDomainName', account.domain],
  ]);
