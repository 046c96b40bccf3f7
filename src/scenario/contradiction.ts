/**
 * The story *contradiction*: a desktop with S3, whose MAC address sends packets while the log says S3, which no machine can do.
 * Its log holds what misleads a reader: the time stamp of the 107, the `SleepDuration`, and a shutdown that reads like a sleep.
 */

import { hour, type Microseconds, minute, parseTime, second } from '../base/time.ts';
import { announceAddress, lease, resolve, ssdpSearch } from './chatter.ts';
import { Internet } from './internet.ts';
import { Random } from './random.ts';
import { browse, SmallLan, userSites } from './smallLan.ts';
import { type Span, shrink, spread } from './span.ts';
import type { Story } from './story.ts';
import { type StateSpan, tellTruth } from './truth.ts';
import { WindowsLog } from './windowsLog.ts';
import { Wiretap } from './wiretap.ts';

const computer = 'DESKTOP-0303';
const user = `${computer}\\operator`;
const start = parseTime('2021-02-01T00:00:00Z') as Microseconds;
const zone = '0 Coordinated Universal Time';
const sleepPackets = [14, 9] as const;

export function contradiction(seed: number): Story {
  const random = new Random(`contradiction/${seed}`);
  const near = (hours: number) => start + hours * hour + random.between(0, 1200) * second + random.below(second);
  const bootAt = near(7);
  const sleepAt = near(11);
  const wakeAt = near(15);
  const offAt = near(18);
  const onAt = near(31);
  const endAt = near(33);

  const lan = new SmallLan(random.branch('lan'));
  const host = lan.workstation(computer);
  const tap = new Wiretap();
  const internet = new Internet(tap, lan, random.branch('internet'));
  const traffic = random.branch('traffic');
  const awake: Span[] = [
    { from: bootAt, to: sleepAt },
    { from: wakeAt, to: offAt },
    { from: onAt, to: endAt },
  ];
  for (const { from } of awake) {
    const leasedAt = lease(tap, lan, host, from + 15 * second, from === bootAt, traffic);
    announceAddress(tap, host, leasedAt + 20_000);
    resolve(tap, host, lan.router, leasedAt + 4 * second, lan.router);
  }
  const busy = shrink(awake, minute, minute);
  browse(internet, { client: host, spans: busy, sites: userSites, everySeconds: 900, packets: [10, 40] }, traffic);
  for (const at of spread(busy, 8, traffic)) ssdpSearch(tap, host, at, 3, traffic);
  // In S3: two connections to a name that was never looked up.
  const deep = shrink([{ from: sleepAt, to: wakeAt }], 20 * minute, 20 * minute);
  const site = { name: 'update-check.example-cdn.net', port: 443 } as const;
  for (const [i, at] of spread(deep, sleepPackets.length, traffic).entries()) {
    internet.connect({ at, client: host, site, packets: sleepPackets[i] as number, benign: false }, traffic);
  }

  const states: StateSpan[] = [
    { state: 'off', from: start, to: bootAt },
    { state: 'on', from: bootAt, to: sleepAt },
    { state: 's3', from: sleepAt, to: wakeAt },
    { state: 'on', from: wakeAt, to: offAt },
    { state: 'off', from: offAt, to: onAt },
    { state: 'on', from: onAt, to: endAt },
  ];
  const frames = tap.frames;
  return {
    name: 'contradiction',
    seed,
    frames: frames.map(({ capturedAtUs, octets }) => ({ capturedAtUs, octets })),
    logs: [{ host: computer, fileName: `${computer}-System.xml`, events: writeLog(random.branch('log')) }],
    truth: tellTruth({
      story: 'contradiction',
      seed,
      span: { from: start, to: endAt },
      frames,
      hosts: [{ station: host, hasLog: true, states }],
      notes: [
        `${sleepPackets[0] + sleepPackets[1]} packets of the host lie inside S3, where no machine can send: a contradiction, not sleep traffic.`,
        'The evening shutdown is a fast startup: off, although the log has 42, 107 and Power-Troubleshooter 1 for it.',
      ],
    }),
  };

  function writeLog(chance: Random) {
    const log = new WindowsLog(computer, zone, chance);
    const shutdownAt = start - 8 * hour;
    log.shutDown(shutdownAt, user);
    log.boot({ at: bootAt, bootId: 12, shutdownAt });
    log.logOn(bootAt + 50 * second, 'S-1-5-21-507921405-1284227242-1801674531-1002');
    log.s3Sleep(sleepAt, wakeAt, 7, 21);
    log.fastStartup(offAt, onAt, user, Math.floor((onAt - bootAt) / second), 22);
    log.logOn(onAt + 40 * second, 'S-1-5-21-507921405-1284227242-1801674531-1002');
    for (const { from, to } of awake) log.serviceNoise(from + 2 * minute, to - minute, 40);
    // The log was fetched a little after the capture had ended.
    log.serviceNoise(endAt + minute, endAt + 2 * minute, 1);
    return log.finish(chance.between(90_000, 95_000));
  }
}
