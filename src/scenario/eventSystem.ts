/** What the System part of an event says beside its record: the same in every form a story is written in. */

import type { EventRecord } from '../record/event.ts';
import { provider } from './windowsEvent.ts';

export const eventNamespace = 'http://schemas.microsoft.com/win/2004/08/events/event';

/** Providers with a manifest have a GUID. */
const guids: Readonly<Record<string, string>> = {
  [provider.kernelPower]: '{331c3b3a-2005-44c2-ac5e-77220c37d6b4}',
  [provider.kernelGeneral]: '{a68ca8b7-004f-d7b6-a698-07e2de0f1f5d}',
  [provider.kernelBoot]: '{15ca44ff-4d7a-4baa-bba5-0998955e531e}',
  [provider.powerTroubleshooter]: '{cdc05e28-c449-49c6-b9d2-88cf761644df}',
  [provider.winlogon]: '{dbe9b383-7cf3-4331-91cc-a3cb16a3b538}',
  [provider.user32]: '{b0aa8734-56f7-41cc-b2f4-de228e98b946}',
  [provider.services]: '{555908d1-a6d7-4695-8e1e-26931d2012f4}',
  'Microsoft-Windows-Security-Auditing': '{54849625-5478-4994-a5ba-3e3b0328c30d}',
  'Microsoft-Windows-Eventlog': '{fc65ddd8-d6ef-4962-83d5-6e5cfe9ce148}',
  'Microsoft-Windows-TerminalServices-LocalSessionManager': '{5d896912-022d-40aa-a3a8-4fa5515c76d7}',
};

export function guidOf({ provider: name }: EventRecord): string | undefined {
  return Object.hasOwn(guids, name) ? guids[name] : undefined;
}

/** Of classic providers (with qualifiers) only the classic bit is set. */
export function keywordsOf({ qualifiers }: EventRecord): bigint {
  return qualifiers === null ? 0x8000_0000_0000_0404n : 0x80_0000_0000_0000n;
}

export const systemFields = { level: 4, task: 0, opcode: 0, processId: 4, threadId: 308 } as const;

/** The digit below a microsecond is not in the record; one that is not always zero stands for it. 100 ns, 0 to 9. */
export function lastDigitOf({ recordId }: EventRecord): number {
  return ((recordId ?? 0) * 7) % 10;
}

/** Providers that write `UserData` instead: its element, and the namespace of that. */
export function userDataOf({ provider: name, eventId }: EventRecord): readonly [string, string] | undefined {
  if (name === 'Microsoft-Windows-TerminalServices-LocalSessionManager') return ['EventXML', 'Event_NS'];
  if (name !== 'Microsoft-Windows-Eventlog') return undefined;
  return [eventId === 1100 ? 'ServiceShutdown' : 'LogFileCleared', 'http://manifests.microsoft.com/win/2004/08/windows/eventlog'];
}
