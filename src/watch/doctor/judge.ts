/** What the findings of a machine mean for observing, each with the command that mends it. No probing here: findings come in as values. */

import type { VisibilityRecord } from '../../record/dark.ts';
import type { Check } from '../../record/output/doctor.ts';

const good = (check: string, subject: string, finding: string): Check => ({ check, subject, state: 'good', finding, advice: null });
const bad = (check: string, subject: string, state: Check['state'], finding: string, advice: string): Check => ({
  check,
  subject,
  state,
  finding,
  advice,
});

/** TPACKET_V3 rings came with Linux 3.2, PACKET_IGNORE_OUTGOING with 4.20. */
const oldestKernel = [4, 20] as const;

export function judgeKernel(platform: string, release: string): Check {
  if (platform !== 'linux') return bad('kernel', '', 'missing', `${platform} has no packet rings`, 'run it on Linux');
  const [major = 0, minor = 0] = release.split('.').map(Number);
  const isOld = major < oldestKernel[0] || (major === oldestKernel[0] && minor < oldestKernel[1]);
  if (isOld) return bad('kernel', '', 'missing', `Linux ${release} is older than ${oldestKernel.join('.')}`, 'install a newer kernel');
  return good('kernel', '', `Linux ${release}`);
}

/** Bits of capabilities(7). */
const capabilityBits = { CAP_NET_ADMIN: 12n, CAP_NET_RAW: 13n } as const;

/** @param status text of /proc/self/status */
export function judgeCapabilities(status: string, program: string): Check[] {
  const mask = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  if (mask === undefined) return [bad('capability', '', 'unknown', '/proc/self/status does not tell', 'run it as root')];
  const advice = `run it as root, or: setcap cap_net_raw,cap_net_admin+ep ${program}`;
  return Object.entries(capabilityBits).map(([name, bit]) => {
    const has = (BigInt(`0x${mask}`) >> bit) & 1n;
    return has === 1n ? good('capability', name, 'there') : bad('capability', name, 'missing', 'this user has not got it', advice);
  });
}

export interface FoundInterface {
  readonly name: string;
  readonly exists: boolean;
  readonly isUp: boolean;
  readonly carrier: boolean;
  readonly mtu: number;
}

export function judgeInterface({ name, exists, isUp, carrier, mtu }: FoundInterface): Check {
  if (!exists) return bad('interface', name, 'missing', 'there is no such interface', '`ip link` lists those that there are');
  if (!isUp) return bad('interface', name, 'missing', 'it is down', `ip link set dev ${name} up`);
  if (!carrier) return bad('interface', name, 'warning', 'it has no link', 'plug the cable in, or bring the other end up');
  return good('interface', name, `up, MTU ${mtu}`);
}

/** Features of `ethtool -k` that join frames before they are captured, and what switches them off. */
const joining: Readonly<Record<string, string>> = {
  'generic-receive-offload': 'gro off',
  'large-receive-offload': 'lro off',
  'rx-gro-hw': 'rx-gro-hw off',
  'rx-gro-list': 'rx-gro-list off',
};

/** @param features output of `ethtool -k NAME`; `undefined` where the program is missing */
export function judgeOffloads(name: string, features: string | undefined): Check {
  if (features === undefined)
    return bad('offloads', name, 'unknown', 'ethtool is not installed or did not answer', 'apt-get install ethtool');
  const on = Object.keys(joining).filter((feature) => new RegExp(`^\\s*${feature}: on`, 'm').test(features));
  if (on.length === 0) return good('offloads', name, 'none that joins frames');
  const changeable = on.filter((feature) => !new RegExp(`^\\s*${feature}: on \\[fixed\\]`, 'm').test(features));
  const finding = `${on.join(', ')}: frames are joined before they are captured, so that counts and lengths are not those of the wire`;
  if (changeable.length === 0) return bad('offloads', name, 'warning', finding, 'the driver does not allow a change: use another port');
  return bad('offloads', name, 'warning', finding, `ethtool -K ${name} ${changeable.map((feature) => joining[feature]).join(' ')}`);
}

/** @param synchronized what `timedatectl show -p NTPSynchronized --value` says; `undefined` where it cannot be asked */
export function judgeClock(synchronized: string | undefined): Check {
  if (synchronized === 'yes') return good('clock', '', 'synchronized');
  if (synchronized === 'no')
    return bad('clock', '', 'warning', 'it is not synchronized: packets and logs are compared by time', 'timedatectl set-ntp true');
  return bad(
    'clock',
    '',
    'unknown',
    'timedatectl does not tell whether it is synchronized',
    'apt-get install systemd-timesyncd, or chrony',
  );
}

const gibi = 1024 ** 3;
const leastFree = { missing: gibi / 2, warning: 10 * gibi } as const;

export function judgeDisk(folder: string, freeOctets: number, isWritable: boolean): Check {
  if (!isWritable)
    return bad('disk', folder, 'missing', 'this user may not write there', 'name another folder with --data, or change its owner');
  const finding = `${(freeOctets / gibi).toFixed(1)} GiB free`;
  const advice = 'free some space, or name a folder on another disk with --data';
  if (freeOctets < leastFree.missing) return bad('disk', folder, 'missing', finding, advice);
  if (freeOctets < leastFree.warning) return bad('disk', folder, 'warning', finding, advice);
  return good('disk', folder, finding);
}

/** Rings are locked in memory; a flow takes about 300 octets with its seconds and its conversation. */
const octetsPerFlow = 300;
const octetsOfProgram = 400 * 1024 ** 2;

export function judgeMemory(availableOctets: number, interfaces: number, ringMiB: number, maxFlows: number): Check {
  const needed = octetsOfProgram + interfaces * (ringMiB * 1024 ** 2 + maxFlows * octetsPerFlow);
  const finding = `${(availableOctets / gibi).toFixed(1)} GiB available, up to ${(needed / gibi).toFixed(1)} GiB needed`;
  if (availableOctets >= needed) return good('memory', '', finding);
  return bad('memory', '', 'warning', finding, 'set smaller capture.ringMiB or capture.maxFlows');
}

export interface WantedPackage {
  readonly name: string;
  readonly purpose: string;
  readonly isNeeded: boolean;
}

export function judgePackage({ name, purpose, isNeeded }: WantedPackage, isThere: boolean): Check {
  if (isThere) return good('package', name, 'there');
  return bad('package', name, isNeeded ? 'missing' : 'warning', `not installed: ${purpose}`, `npm install ${name}`);
}

export function judgeLogFolder(folder: string, exists: boolean): Check {
  if (exists) return good('logs', folder, 'there');
  return bad('logs', folder, 'warning', 'the folder into which logs are dropped is not there', `mkdir -p ${folder}`);
}

/** What the watch of dark addresses found last about each link; none where it never ran. */
export function judgeVisibility(found: readonly Pick<VisibilityRecord, 'interface' | 'verdict' | 'because'>[]): Check[] {
  if (found.length === 0)
    return [
      bad('visibility', '', 'unknown', 'not measured yet', 'let `yoban observe` run for a minute with a mirror and a service interface'),
    ];
  const advice =
    'switch MLD snooping off on the switch, or mirror the ports of the hosts, so that solicitations to any group reach a mirror port';
  return found.map(({ interface: name, verdict, because }) => {
    if (verdict === 'sees') return good('visibility', name, because);
    return bad(
      'visibility',
      name,
      verdict === 'unknown' ? 'unknown' : 'warning',
      verdict === 'unknown' ? because : `${verdict}: ${because}`,
      advice,
    );
  });
}
