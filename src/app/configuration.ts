/**
 * The configuration: one YAML file, declared here once, strict, described and frozen.
 *
 * Every key has a default, and the safe value is the default. `appliance/yoban.yaml` shows them all; a test holds it to this file.
 * Relative paths count from the working directory.
 */

import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { formatMac, type Mac } from '../base/address.ts';
import { Failure } from '../base/failure.ts';
import { configurationFaults } from './configurationFault.ts';
import { systemReason } from './failure.ts';
import {
  address,
  addressForm,
  between,
  duration,
  durationForm,
  type Endpoint,
  entry,
  isLoopback,
  listen,
  listenForm,
  mac,
  macForm,
  prefix,
  prefixForm,
  type Rule,
  required,
  section,
  setting,
} from './setting.ts';
import { parseYaml } from './yaml.ts';

const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/);
const nameForm = 'up to 63 letters, digits, dots, dashes and underscores';
const path = z
  .string()
  .min(1)
  .max(4096)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  .regex(/^[^\u0000-\u001f\u007f]+$/);
const wholeNumber = (from: number, to: number) => z.number().int().min(from).max(to);
const wholeNumberForm = (from: number, to: number) => `a whole number from ${from} to ${to}`;
const oneOf = (values: readonly string[]) => `one of ${values.join(', ')}`;
const listOf = (form: string) => `a list, each entry ${form}`;

const roles = ['mirror', 'service', 'management'] as const;
const sources = ['auto', 'ring', 'libpcap'] as const;
const policies = ['sleep', 'no-person', 'strict'] as const;
const darkspaceModes = ['off', 'dry-run', 'answer'] as const;

const interfaceEntry = entry({
  // Linux keeps 15 octets of a name (IFNAMSIZ) and refuses blanks and slashes; anything but ASCII is a mistake.
  name: required(z.string().regex(/^[!-.0-~]{1,15}$/), 'the name of an interface, up to 15 characters', 'Name of the interface.'),
  role: required(z.enum(roles), oneOf(roles), 'mirror only listens; service alone may send; management carries console and export.'),
  vlan: setting(
    wholeNumber(0, 4094),
    0,
    wholeNumberForm(0, 4094),
    'Of a service interface: the VLAN of its link, where mirror interfaces show it with tags; 0 where they show it without.',
  ),
});

const hostEntry = entry(
  {
    name: required(name, nameForm, 'Name of the host.'),
    macs: setting(z.array(required(mac, macForm, '')).max(64), [], listOf(macForm), 'Its MAC addresses.'),
    addresses: setting(z.array(required(address, addressForm, '')).max(256), [], listOf(addressForm), 'Its addresses.'),
  },
  ({ macs, addresses }, refuse) => {
    if (macs.length + addresses.length === 0) refuse([], 'says only a name, add its macs or addresses');
  },
);

const oneRole: Rule<{ name: string }[]> = (interfaces, refuse) => {
  for (const [name, index] of repeated(interfaces.map((one) => one.name)))
    refuse([index, 'name'], `${JSON.stringify(name)} is listed twice, give each interface one role`);
};
/** Neither Windows nor DNS tells `PC-7` from `pc-7`. */
const oneEntry: Rule<{ name: string }[]> = (hosts, refuse) => {
  for (const [name, index] of repeated(hosts.map((host) => host.name.toUpperCase())))
    refuse([index, 'name'], `${JSON.stringify(name)} is listed twice, put all that is known of it into one entry`);
};
const oneOwner: Rule<{ macs: Mac[] }[]> = (hosts, refuse) => {
  const macs = hosts.flatMap((host, index) => host.macs.map((mac, place) => ({ mac, at: [index, 'macs', place] })));
  for (const [mac, index] of repeated(macs.map((one) => one.mac)))
    refuse(macs[index]?.at ?? [], `${formatMac(mac)} is listed twice, a MAC address belongs to one host`);
};
/** A receiver that the network can reach asks for a token. */
const guarded: Rule<{ listen: Endpoint | null; tokenFile: string }> = ({ listen, tokenFile }, refuse) => {
  if (listen === null || tokenFile !== '' || isLoopback(listen)) return;
  refuse(['listen'], 'anybody in the network could send logs without a token, name a file in logs.http.tokenFile, or listen on 127.0.0.1');
};

const prefixes = z.array(required(prefix, prefixForm, '')).max(1024);

export const configurationSchema = z.strictObject({
  sensor: setting(name, 'box1', nameForm, 'Name of this box. It appears in every record.'),
  data: setting(path, './data', 'a folder', 'Folder of the store.'),
  interfaces: setting(
    z.array(interfaceEntry).max(64).check(between(oneRole)),
    [],
    'a list, each entry { name: eth1, role: mirror }',
    'Interfaces and their roles: mirror only listens; service alone may send; management carries console and export.',
  ),
  capture: section('How frames are captured.', {
    source: setting(z.enum(sources), 'auto', oneOf(sources), 'Where frames come from; auto takes the fastest that this machine allows.'),
    filter: setting(
      z
        .string()
        .max(4096)
        .regex(/^[^\r\n]*$/),
      '',
      'a pcap filter on one line, or "" for none',
      'Frames that do not match this pcap filter are not looked at; without the word vlan it matches tagged and untagged frames alike.',
    ),
    ringMiB: setting(
      wholeNumber(1, 4096),
      64,
      wholeNumberForm(1, 4096),
      'Size of the capture ring of each interface, MiB; as much again is taken while the reader is behind.',
    ),
    maxFlows: setting(
      wholeNumber(1000, 100_000_000),
      1_000_000,
      wholeNumberForm(1000, 100_000_000),
      'Flows held at once; what comes beyond is refused and counted.',
    ),
  }),
  networks: section('What belongs to this network.', {
    inside: setting(
      prefixes,
      [],
      listOf(prefixForm),
      'Prefixes that are inside, beyond private, ULA, link-local, multicast, broadcast, and what RA and DHCP teach.',
    ),
  }),
  clock: section('The clocks of hosts against the clock of this box.', {
    correct: setting(
      z.boolean(),
      true,
      'true or false',
      'Whether times of a log are moved where wakes on the wire and clocks that the host sends agree on a difference.',
    ),
  }),
  hosts: setting(
    z.array(hostEntry).max(100_000).check(between(oneEntry), between(oneOwner)),
    [],
    'a list, each entry { name: PC-7, macs: ["02:00:5e:10:00:01"], addresses: ["10.0.0.7"] }',
    'Hosts whose name, MAC addresses and addresses are known for certain.',
  ),
  policy: setting(
    z.enum(policies),
    'sleep',
    oneOf(policies),
    'When traffic counts as started by no user. sleep: the event log says that the machine slept or was off; no-person: nobody was at the keyboard; strict: it certainly slept or was off, edges left out.',
  ),
  darkspace: section('Dark addresses: those that nobody uses.', {
    mode: setting(
      z.enum(darkspaceModes),
      'dry-run',
      oneOf(darkspaceModes),
      'off: not watched; dry-run: watched, and nothing is sent; answer: answered for.',
    ),
    ownerMemory: setting(duration, '30d', durationForm, 'How long an address counts as used after its owner was last seen.'),
    maxClaimsPerAsker: setting(wholeNumber(0, 65_536), 200, wholeNumberForm(0, 65_536), 'Addresses claimed at most towards one asker.'),
    exclude: setting(prefixes, [], listOf(prefixForm), 'Prefixes that are never claimed.'),
    sweepIpv4: setting(
      wholeNumber(0, 100),
      0,
      wholeNumberForm(0, 100),
      'IPv4 addresses of the own networks (up to a /20 each) that are asked for each second by ARP, once a day, to find who is silent; 0 for none. Only in the mode answer.',
    ),
  }),
  logs: section('How event logs arrive.', {
    drop: setting(path.or(z.literal('')), './logs', 'a folder, or "" for none', 'Folder into which log files are dropped.'),
    zone: setting(
      z.string().regex(/^(|Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/),
      '',
      'a zone such as "+09:00" or "Z", or "" for none',
      'Zone of hosts whose log names none; without it such events are refused.',
    ),
    http: section(
      'Receiver of logs over HTTP.',
      {
        listen: setting(listen, '127.0.0.1:8421', listenForm, 'Where it listens; "" for not at all.'),
        tokenFile: setting(path.or(z.literal('')), '', 'a file, or "" for none', 'File with the token that a sender must present.'),
      },
      guarded,
    ),
    syslog: section('Receiver of logs over syslog.', {
      listen: setting(listen, '', listenForm, 'Where it listens; "" for not at all.'),
    }),
  }),
  evidence: section('The first packets of each flow, kept for a while.', {
    window: setting(duration, '7d', durationForm, 'How long they are kept.'),
    diskShare: setting(z.number().min(0).max(0.9), 0.3, 'a number from 0 to 0.9', 'Share of the disk that they may fill.'),
  }),
  console: section('The web console.', {
    listen: setting(listen, '127.0.0.1:8420', listenForm, 'Where it listens; "" for not at all.'),
  }),
  retention: section('How long facts are kept by a box that observes. What was replayed stays.', {
    flow: setting(duration, '30d', durationForm, 'Flows of live sessions, and what was seen and booked beside them.'),
    dark: setting(duration, '365d', durationForm, 'Contacts with dark addresses.'),
    event: setting(duration, '365d', durationForm, 'Events that receivers took.'),
  }),
});

/** Values that stand in the list before, each with the index of the repetition. */
function repeated<T>(values: readonly T[]): [value: T, index: number][] {
  const seen = new Set<T>();
  return values.flatMap((value, index): [T, number][] => {
    if (seen.has(value)) return [[value, index]];
    seen.add(value);
    return [];
  });
}

type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T;
/** What the program works with: durations in microseconds, addresses as integers. Frozen to its leaves. */
export type Configuration = Frozen<z.output<typeof configurationSchema>>;

/** `faults`: one line for each, `key: what, what to do`. Never empty, and complete: all faults of the value at once. */
export type ParsedConfiguration = { readonly configuration: Configuration } | { readonly faults: readonly string[] };

/** Takes what a YAML or JSON parser made of a file. An empty file (`null`, `undefined`) means all defaults. */
export function parseConfiguration(value: unknown): ParsedConfiguration {
  const result = configurationSchema.safeParse(value ?? {});
  if (!result.success) return { faults: configurationFaults(configurationSchema, value, result.error.issues) };
  return { configuration: freeze(result.data) };
}

function freeze<T>(value: T): Frozen<T> {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) freeze(part);
    Object.freeze(value);
  }
  return value as Frozen<T>;
}

/** The configuration cannot be used; `faults` has one line for each reason. */
export class ConfigurationFailure extends Failure {
  override readonly name = 'ConfigurationFailure';

  constructor(
    file: string,
    readonly faults: readonly string[],
  ) {
    const count = faults.length === 1 ? '1 fault' : `${faults.length} faults`;
    super('CONFIGURATION_INVALID', `${file} has ${count}: ${faults.join('; ')}`, 'compare it with appliance/yoban.yaml');
  }
}

/** Far above any real configuration, far below what would hurt to read. */
const maxOctets = 4 * 1024 * 1024;

/** Reads `path`, or gives all defaults where there is none. Throws a `Failure` that says everything that is wrong with it. */
export async function loadConfiguration(path?: string): Promise<Configuration> {
  const parsed = path === undefined ? parseConfiguration(undefined) : parseText(await readText(path));
  if ('faults' in parsed) throw new ConfigurationFailure(path ?? 'the default configuration', parsed.faults);
  return parsed.configuration;
}

function parseText(text: string): ParsedConfiguration {
  const yaml = parseYaml(text);
  return 'faults' in yaml ? yaml : parseConfiguration(yaml.value);
}

async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > maxOctets) throw new ConfigurationFailure(path, [`line 1: the file has ${size} octets, keep it below ${maxOctets}`]);
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch (cause) {
    if (cause instanceof ConfigurationFailure) throw cause;
    if (cause instanceof TypeError) throw new ConfigurationFailure(path, ['line 1: the file is not UTF-8, save it as UTF-8']);
    throw new Failure('CONFIGURATION_UNREADABLE', `${path} cannot be read (${systemReason(cause)})`, 'check the path and its permissions', {
      cause,
    });
  }
}
