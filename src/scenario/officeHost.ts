/** One machine of an office: when it sleeps, and what its log says about that. */

import { day, hour, type Microseconds, minute, second } from '../base/time.ts';
import type { EventRecord } from '../record/event.ts';
import type { Random } from './random.ts';
import { between, clip, type Span } from './span.ts';
import type { Station } from './station.ts';
import type { StateSpan } from './truth.ts';
import { WindowsLog } from './windowsLog.ts';

/** How a machine spends the night: modern standby keeps the network, S3 and off do not. */
export type Night = 'modern-sleep' | 's3' | 'off';

export interface OfficeHost {
  readonly station: Station;
  readonly night: Night;
  /** By time, within the day of the story. */
  readonly states: readonly StateSpan[];
  readonly asleep: readonly Span[];
  readonly awake: readonly Span[];
  readonly events: readonly EventRecord[];
}

const zone = '0 GMT Standard Time';

/** `whole` is the day of the story, from midnight to midnight; the log begins the day before and ends the morning after. */
export function planHost(station: Station, night: Night, whole: Span, random: Random): OfficeHost {
  const workday = (offset: number) => {
    const midnight = whole.from + offset * day;
    const jitter = () => random.below(second);
    const from = midnight + random.between(450, 520) * minute + random.below(minute) + jitter();
    return { from, to: midnight + random.between(1010, 1100) * minute + random.below(minute) + jitter() };
  };
  const [yesterday, today, tomorrow] = [workday(-1), workday(0), workday(1)];
  const sleeps: Span[] = [
    { from: yesterday.to, to: today.from },
    { from: today.to, to: tomorrow.from },
  ];
  if (night === 'modern-sleep' && random.chance(0.6)) {
    const lunch = whole.from + 12 * hour + random.between(4, 10) * minute + random.below(minute);
    sleeps.splice(1, 0, { from: lunch, to: lunch + random.between(25, 50) * minute + random.below(minute) });
  }
  const asleep = clip(sleeps, whole);
  const awake = between(whole, asleep);
  const states = [...asleep.map((span) => ({ state: night, ...span })), ...awake.map((span) => ({ state: 'on', ...span }))];
  const events = writeLog(station.name, night, yesterday.from, sleeps, tomorrow.from, random);
  return { station, night, states: states.toSorted((a, b) => a.from - b.from), asleep, awake, events };
}

function writeLog(
  computer: string,
  night: Night,
  firstBootAt: Microseconds,
  sleeps: readonly Span[],
  lastWakeAt: Microseconds,
  random: Random,
): EventRecord[] {
  const log = new WindowsLog(computer, zone, random);
  const sid = `S-1-5-21-${random.below(0x7fff_ffff)}-${random.below(0x7fff_ffff)}-${random.below(0x7fff_ffff)}-1001`;
  let bootId = random.between(20, 400);
  let bootAt = firstBootAt;
  const boot = (at: Microseconds, shutdownAt: Microseconds) => {
    bootId++;
    bootAt = at;
    log.boot({ at, bootId, shutdownAt });
    log.logOn(at + random.between(35, 90) * second, sid);
  };
  log.shutDown(firstBootAt - 14 * hour, `${computer}\\user`);
  boot(firstBootAt, firstBootAt - 14 * hour);
  const noonAt = (sleeps.at(-1) as Span).from - ((sleeps.at(-1) as Span).from % day) + 12 * hour;
  for (const [i, { from, to }] of sleeps.entries()) {
    if (night === 'modern-sleep') log.modernSleep(from, to, bootId);
    else if (night === 's3') log.s3Sleep(from, to, 7, i + 1);
    else {
      log.shutDown(from - 6 * second, `${computer}\\user`);
      boot(to, from - 6 * second);
    }
    if (noonAt >= to && noonAt < (sleeps[i + 1]?.from ?? 0)) log.noon(noonAt + random.below(second), bootAt);
  }
  const fetchedAt = lastWakeAt + 20 * minute;
  for (const { from, to } of between({ from: firstBootAt, to: fetchedAt }, sleeps)) log.serviceNoise(from + 3 * minute, to - minute, 60);
  return log.finish(random.between(1_000, 90_000));
}
