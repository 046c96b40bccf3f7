/** What else stands in a System log: mostly services, and events of other providers that share an id with those that matter. */

import type { Random } from '../random.ts';
import { classic, manifest, serviceChanged, type WindowsEvent } from '../windowsEvent.ts';

const services = ['Windows Update', 'Background Intelligent Transfer Service', 'Device Setup Manager', 'Windows Modules Installer'];

/** Each has the id of an event that tells of power, boot or persons, from a provider that tells of something else. */
const namesakes: readonly WindowsEvent[] = [
  // A network driver: link up and link down, not the boot type and not a resume.
  classic('e1dexpress', 27, 0xa000, [['', 'Intel(R) Ethernet Connection (7) I219-LM']]),
  classic('e1dexpress', 107, 0x8000, [['', 'Intel(R) Ethernet Connection (7) I219-LM']]),
  // A graphics driver: not the end of the kernel.
  classic('nvlddmkm', 13, 0xc000, [['', '\\Device\\Video3']]),
  manifest('Microsoft-Windows-UserModePowerService', 12, 0, [
    ['ProcessPath', 'C:\\Windows\\System32\\svchost.exe'],
    ['OldSchemeGuid', '{381b4222-f694-41f0-9685-ff5bb260df2e}'],
  ]),
  manifest('Microsoft-Windows-FilterManager', 1, 0, [
    ['FinalStatus', '0xc03a001c'],
    ['NewTime', 'none'],
  ]),
  classic('Schannel', 41, 0, [['', '40']]),
  classic('VendorBatteryService', 42, 0x4000, [['', '6']]),
];

export function noiseEvent(random: Random): WindowsEvent {
  if (random.chance(0.2)) return random.pick(namesakes);
  return serviceChanged(random.pick(services), random.pick(['running', 'stopped']));
}
