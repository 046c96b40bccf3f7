/** Parts of a day that many stories share. */

import { hour, type Microseconds, minute } from '../../base/time.ts';
import type { HostLife } from './hostLife.ts';
import type { WakeSource } from './sleep.ts';

export const byButton: WakeSource = { type: 1 };
export const byKeyboard: WakeSource = { type: 5, text: 'HID Keyboard Device' };
export const byNetwork: WakeSource = { type: 5, text: 'Intel(R) Ethernet Connection (7) I219-LM' };
/** Windows cannot say. */
export const byUnknown: WakeSource = { type: 0 };
export const byTimer: WakeSource = {
  type: 6,
  text: "Windows will execute 'NT TASK\\Microsoft\\Windows\\UpdateOrchestrator\\Reboot_AC' scheduled task that requested waking the computer.",
  owner: '\\Device\\HarddiskVolume3\\Windows\\System32\\svchost.exe',
};

/** `low` to `high` hours, with a fraction that no one could guess. */
export function hours(life: HostLife, low: number, high: number): Microseconds {
  return life.random.between(low * 60, high * 60) * minute + life.random.below(minute);
}

/** The evening before, a cold boot in the morning, a person who logs on and works. */
export function morning(life: HostLife, work: readonly [number, number] = [2, 4]): void {
  life.eveningBefore(13 * hour);
  life.boot();
  life.logOn();
  life.run(hours(life, ...work));
}

/** A restart that the running Windows is asked for: half a minute off. */
export function restart(life: HostLife, by?: Parameters<HostLife['shutDown']>[0]): void {
  life.shutDown({ action: 'restart', ...by });
  life.pass(20_000_000, 45_000_000);
}
