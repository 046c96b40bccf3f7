import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Configuration, configurationSchema, loadConfiguration, parseConfiguration } from '../../src/app/configuration.ts';
import { describeSettings } from '../../src/app/configurationFault.ts';
import { parseYaml } from '../../src/app/yaml.ts';
import { parseAddress, parseMac, parsePrefix } from '../../src/base/address.ts';
import { day } from '../../src/base/time.ts';
import { repositoryRoot } from '../repositoryRoot.ts';

function accepted(value: unknown): Configuration {
  const parsed = parseConfiguration(value);
  assert.ok('configuration' in parsed, 'faults' in parsed ? parsed.faults.join('\n') : '');
  return parsed.configuration;
}

function faultsOf(value: unknown): readonly string[] {
  const parsed = parseConfiguration(value);
  return 'faults' in parsed ? parsed.faults : [];
}

describe('the configuration', () => {
  it('has a default for everything', () => {
    const configuration = accepted({});
    assert.equal(configuration.policy, 'sleep');
    assert.equal(configuration.retention.flow, 30 * day);
    assert.deepEqual(configuration.logs.http.listen, { host: '127.0.0.1', port: 8421 });
    assert.equal(configuration.logs.syslog.listen, null);
  });
  it('takes an empty file for all defaults', () => {
    assert.deepEqual(accepted(null), accepted({}));
    assert.deepEqual(accepted(undefined), accepted({}));
  });
  it('sends nothing unless it is told to', () => assert.equal(accepted({}).darkspace.mode, 'dry-run'));
  it('keeps what is written and fills in the rest', () => {
    const { capture } = accepted({ capture: { ringMiB: 8 } });
    assert.deepEqual(capture, { source: 'auto', filter: '', ringMiB: 8, maxFlows: 1_000_000 });
  });
  it('reads addresses, prefixes and durations into what the program works with', () => {
    const configuration = accepted({
      networks: { inside: ['203.0.113.0/24', '2001:db8::1'] },
      hosts: [{ name: 'PC-7', macs: ['02-00-5E-10-00-01'], addresses: ['10.0.0.7'] }],
      evidence: { window: '36h' },
      console: { listen: '[::1]:80' },
    });
    assert.deepEqual(configuration.networks.inside, [parsePrefix('203.0.113.0/24'), parsePrefix('2001:db8::1')]);
    assert.deepEqual(configuration.hosts[0]?.macs, [parseMac('02:00:5e:10:00:01')]);
    assert.deepEqual(configuration.hosts[0]?.addresses, [parseAddress('10.0.0.7')]);
    assert.equal(configuration.evidence.window, 1.5 * day);
    assert.deepEqual(configuration.console.listen, { host: '::1', port: 80 });
  });
  it('is frozen to its leaves', () => {
    const value: unknown = accepted({ interfaces: [{ name: 'eth1', role: 'mirror' }] });
    const configuration = value as {
      capture: { ringMiB: number };
      interfaces: unknown[];
    };
    assert.throws(() => {
      configuration.capture.ringMiB = 1;
    }, TypeError);
    assert.throws(() => configuration.interfaces.push(1), TypeError);
  });
  it('does not freeze one call with what another was given', () => {
    const value = { networks: { inside: ['10.0.0.0/8'] } };
    accepted(value);
    value.networks.inside.push('fd00::/8');
    assert.equal(accepted(value).networks.inside.length, 2);
  });
});

describe('the configuration refuses', () => {
  const rows: [sentence: string, value: unknown, fault: RegExp][] = [
    ['a file that is no section', [], /^the file: is a list, write a section of settings$/],
    ['a text in place of a file', 'sensor', /^the file: is "sensor", write a section/],
    ['an unknown key', { sensr: 'x' }, /^sensr: is no setting, did you mean sensor\?$/],
    ['an unknown key far from any', { kafka: 1 }, /^kafka: is no setting, remove it or use one of sensor, data, /],
    ['an unknown key inside a section', { capture: { ring: 1 } }, /^capture\.ring: is no setting, remove it or use one of source, /],
    ['an unknown key inside an entry', { interfaces: [{ name: 'a', role: 'mirror', mtu: 1 }] }, /^interfaces\[0\]\.mtu: is no setting/],
    ['a key that plays with the terminal', { '\u001b[31m': 1 }, /^"\\u001b\[31m": is no setting/],
    ['a key that reaches for the prototype', JSON.parse('{"__proto__": {"sensor": "x"}}'), /^__proto__: is no setting/],
    ['an empty section', { capture: null }, /^capture: is empty, write a section with the keys source, filter, ringMiB, maxFlows$/],
    ['an empty value', { sensor: null }, /^sensor: is empty, write up to 63/],
    ['a sensor name with a blank', { sensor: 'box 1' }, /^sensor: is "box 1", write up to 63 letters/],
    ['a sensor name of a number', { sensor: 1 }, /^sensor: is 1, write/],
    ['a data folder that is empty', { data: '' }, /^data: is "", write a folder$/],
    ['a data folder with a line break', { data: 'a\nb' }, /^data: is "a\\nb", write a folder$/],
    ['a number as text', { capture: { ringMiB: '64' } }, /^capture\.ringMiB: is "64", write a whole number from 1 to 4096$/],
    ['a ring of no size', { capture: { ringMiB: 0 } }, /^capture\.ringMiB: is 0, write/],
    ['a broken number', { capture: { ringMiB: 1.5 } }, /^capture\.ringMiB: is 1\.5, write/],
    ['too few flows', { capture: { maxFlows: 10 } }, /^capture\.maxFlows: is 10, write/],
    ['a source that does not exist', { capture: { source: 'pcap' } }, /^capture\.source: is "pcap", write one of auto, ring, libpcap$/],
    [
      'a filter on two lines',
      { capture: { filter: 'tcp\nor udp' } },
      /^capture\.filter: is "tcp\\nor udp", write a pcap filter on one line/,
    ],
    [
      'a VLAN that cannot be',
      { interfaces: [{ name: 'e', role: 'service', vlan: 4095 }] },
      /^interfaces\[0\]\.vlan: is 4095, write a whole number from 0 to 4094/,
    ],
    ['a sweep that is none', { darkspace: { sweepIpv4: 101 } }, /^darkspace\.sweepIpv4: is 101, write a whole number from 0 to 100/],
    ['an interface without a role', { interfaces: [{ name: 'eth1' }] }, /^interfaces\[0\]\.role: is missing, write one of mirror, service/],
    ['an interface name that Linux refuses', { interfaces: [{ name: 'a/b', role: 'mirror' }] }, /^interfaces\[0\]\.name: is "a\/b"/],
    [
      'one interface in two roles',
      {
        interfaces: [
          { name: 'e', role: 'mirror' },
          { name: 'e', role: 'service' },
        ],
      },
      /^interfaces\[1\]\.name: "e" is listed twice, give each interface one role$/,
    ],
    ['interfaces that are no list', { interfaces: 'eth1' }, /^interfaces: is "eth1", write a list, each entry/],
    [
      'a prefix that is none',
      { networks: { inside: ['10.0.0.0/33'] } },
      /^networks\.inside\[0\]: is "10\.0\.0\.0\/33", write a prefix such as/,
    ],
    ['a host that is only a name', { hosts: [{ name: 'pc' }] }, /^hosts\[0\]: says only a name, add its macs or addresses$/],
    ['a MAC address that is none', { hosts: [{ name: 'pc', macs: ['02:00'] }] }, /^hosts\[0\]\.macs\[0\]: is "02:00", write a MAC address/],
    [
      'one host in two entries',
      {
        hosts: [
          { name: 'pc', addresses: ['10.0.0.1'] },
          { name: 'PC', addresses: ['10.0.0.2'] },
        ],
      },
      /^hosts\[1\]\.name: "PC" is listed twice/,
    ],
    [
      'one MAC address of two hosts',
      {
        hosts: [
          { name: 'a', macs: ['02:00:00:00:00:01'] },
          { name: 'b', macs: ['0200.0000.0001'] },
        ],
      },
      /^hosts\[1\]\.macs\[0\]: 02:00:00:00:00:01 is listed twice/,
    ],
    ['a policy that does not exist', { policy: 'asleep' }, /^policy: is "asleep", write one of sleep, no-person, strict$/],
    ['a duration without a unit', { retention: { flow: '30' } }, /^retention\.flow: is "30", write a duration above zero such as 30d/],
    ['a duration of nothing', { retention: { flow: '0d' } }, /^retention\.flow: is "0d", write a duration above zero/],
    ['a duration beyond all time', { retention: { flow: '99999999999d' } }, /^retention\.flow: is "99999999999d", write/],
    ['a share of more than there is', { evidence: { diskShare: 1.5 } }, /^evidence\.diskShare: is 1\.5, write a number from 0 to 0\.9$/],
    ['a name to listen on', { console: { listen: 'localhost:80' } }, /^console\.listen: is "localhost:80", write an address and a port/],
    ['a port beyond 65535', { console: { listen: '127.0.0.1:65536' } }, /^console\.listen: is "127\.0\.0\.1:65536"/],
    ['a bare IPv6 address to listen on', { console: { listen: '::1:80' } }, /^console\.listen: is "::1:80"/],
    ['IPv4 in brackets', { console: { listen: '[127.0.0.1]:80' } }, /^console\.listen: is "\[127\.0\.0\.1\]:80"/],
    ['a zone of logs by name', { logs: { zone: 'Europe/Berlin' } }, /^logs\.zone: .*"\+09:00"/],
    [
      'logs from the network without a token',
      { logs: { http: { listen: '0.0.0.0:8421' } } },
      /^logs\.http\.listen: anybody in the network could send logs without a token, name a file/,
    ],
  ];
  for (const [sentence, value, fault] of rows)
    it(sentence, () => {
      const faults = faultsOf(value);
      assert.equal(faults.length, 1, faults.join('\n'));
      assert.match(faults[0] as string, fault);
      assert.doesNotMatch(faults[0] as string, /[^\x20-\x7e…]/);
    });

  it('and says everything at once, also what holds between settings', () => {
    const faults = faultsOf({
      sensr: 1,
      policy: 'x',
      capture: { ringMiB: 0, what: 1 },
      interfaces: [
        { name: 'e', role: 'mirror' },
        { name: 'e', role: 'mirror' },
      ],
      logs: { http: { listen: '0.0.0.0:1' } },
      retention: { flow: 'x', dark: 'y' },
    });
    const keys = faults.map((fault) => fault.split(': ')[0]).toSorted();
    const expected = [
      'capture.ringMiB',
      'capture.what',
      'interfaces[1].name',
      'logs.http.listen',
      'policy',
      'retention.dark',
      'retention.flow',
      'sensr',
    ];
    assert.deepEqual(keys, expected);
  });
});

describe('appliance/yoban.yaml', async () => {
  const text = await readFile(join(repositoryRoot, 'appliance', 'yoban.yaml'), 'utf8');
  const yaml = parseYaml(text);
  assert.ok('value' in yaml);

  it('says exactly the defaults', () => {
    const byDefault: Record<string, unknown> = {};
    for (const setting of describeSettings(configurationSchema)) {
      const path = setting.key.split('.');
      const last = path.pop() as string;
      const inside = path.reduce((above, name) => {
        above[name] ??= {};
        return above[name] as Record<string, unknown>;
      }, byDefault);
      inside[last] = setting.byDefault;
    }
    assert.deepEqual(yaml.value, byDefault);
  });
  it('is accepted and means what no file means', () => assert.deepEqual(accepted(yaml.value), accepted({})));

  const lines = text.split('\n');
  for (const { key, description } of describeSettings(configurationSchema))
    it(`explains ${key} in the words of the code`, () => {
      const found = lineOf(lines, key.split('.'));
      const above = lines.slice(0, found).reverse();
      const comment = above
        .slice(
          0,
          above.findIndex((line) => !line.trim().startsWith('#')),
        )
        .reverse();
      const words = comment.map((line) => line.trim().replace(/^# ?/, '')).join(' ');
      assert.ok(words.includes(description), `${words} does not say: ${description}`);
    });
});

/** Index of the line on which the last of `path` is set, looking below the line of each one before. */
function lineOf(lines: readonly string[], path: readonly string[]): number {
  return path.reduce((from, name, depth) => {
    const found = lines.findIndex((line, index) => index > from && line.startsWith(`${' '.repeat(2 * depth)}${name}:`));
    assert.ok(found >= 0, `${path.join('.')} is not in the file`);
    return found;
  }, -1);
}

describe('loading a configuration', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'yoban-configuration-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));
  const written = async (text: string | Uint8Array): Promise<string> => {
    const path = join(folder, 'yoban.yaml');
    await writeFile(path, text);
    return path;
  };

  it('gives the defaults where no file is named', async () => assert.deepEqual(await loadConfiguration(), accepted({})));
  it('reads a file', async () => assert.equal((await loadConfiguration(await written('sensor: attic\n'))).sensor, 'attic'));

  const rows: [sentence: string, text: string | Uint8Array, code: string, message: RegExp][] = [
    [
      'names every fault of the content',
      'sensr: a\npolicy: b\n',
      'CONFIGURATION_INVALID',
      /has 2 faults: .*sensr: .*policy: |policy: .*sensr: /,
    ],
    ['names the line of a fault of the form', 'sensor: a\nsensor: b\n', 'CONFIGURATION_INVALID', /line 2: the same key is written twice/],
    ['refuses what is not UTF-8', Uint8Array.of(0x73, 0xff, 0xfe), 'CONFIGURATION_INVALID', /is not UTF-8/],
    ['refuses a huge file unread', 'a'.repeat(5 * 1024 * 1024), 'CONFIGURATION_INVALID', /octets, keep it below/],
  ];
  for (const [sentence, text, code, message] of rows)
    it(sentence, async () => assert.rejects(loadConfiguration(await written(text)), { code, message }));

  it('says that a file is not there', () =>
    assert.rejects(loadConfiguration(join(folder, 'none.yaml')), { code: 'CONFIGURATION_UNREADABLE' }));
  it('says that a folder is no file', () => assert.rejects(loadConfiguration(folder), { code: 'CONFIGURATION_UNREADABLE' }));
});
