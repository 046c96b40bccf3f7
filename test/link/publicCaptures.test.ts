import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { sharedData, skipWithout } from '../repositoryRoot.ts';
import { readAll } from './readAll.ts';

// Counts, link types and times as tshark and capinfos 4.0.17 print them: file, format, frames, first and last time (ns cut to µs).
const facts: readonly [string, string, number, number, string, string][] = [
  ['d01', 'pcap', 1, 20, '1219649643.536057', '1219649684.149686'],
  ['d02', 'pcap', 1, 49, '921159907.494265', '921159966.755968'],
  ['d03', 'pcap', 1, 1, '1701688051.663323', '1701688051.663323'],
  ['d04', 'pcap', 1, 16, '1780953364.926519', '1780953364.930115'],
  ['d05', 'pcap', 1, 21, '1538130792.559099', '1538130801.650988'],
  ['d06', 'pcap', 228, 8, '1711026918.749110', '1711026918.753637'],
  ['d07', 'pcap', 1, 12, '1648653411.621106', '1648653614.337279'],
  ['d08', 'pcap', 1, 1, '1174372174.131840', '1174372174.131840'],
  ['d09', 'pcapng', 1, 261, '1447772210.350540', '1645514718.788263'],
  ['d10', 'pcap', 1, 78, '1210953046.591933', '1210953076.058333'],
  ['d11', 'pcap', 1, 65, '1300475167.096535', '1300475173.475401'],
  ['d12', 'pcap', 1, 2, '1403668572.274461', '1403668572.275825'],
  ['d13', 'pcap', 1, 4, '1648315275.444157', '1648315278.446168'],
  ['d14', 'pcap', 1, 33, '1432414420.287044', '1432414427.450836'],
  ['d15', 'pcap', 1, 6, '1776454991.098718', '1776455067.171309'],
  ['d16', 'pcap', 1, 24, '1738667758.097949', '1738667763.287062'],
  ['d17', 'pcapng', 1, 14, '1541515314.826314', '1541515321.472909'],
  ['d18', 'pcap', 1, 9, '1370200442.323173', '1370200447.422207'],
  ['d19', 'pcap', 1, 4, '1353944094.978692', '1353944096.019017'],
  ['d20', 'pcap', 101, 4, '1756480677.537968', '1756480692.791589'],
  ['d21', 'pcap', 1, 69, '1697458696.259279', '1697458703.253039'],
  ['d22', 'pcap', 1, 83, '1668114405.114955', '1668114415.964184'],
  ['d23', 'pcap', 1, 19, '1692198386.837988', '1692198387.108608'],
  ['d24', 'pcap', 1, 3, '1745828022.838362', '1745828022.866503'],
  ['d25', 'pcap', 1, 52, '1258596859.721509', '1258596860.802829'],
  ['d26', 'pcap', 1, 2, '1468770043.767479', '1468770043.781814'],
  ['d27', 'pcap', 1, 10, '1434666864.021973', '1434666864.096272'],
  ['d28', 'pcap', 1, 32, '1096255084.938672', '1096255085.599961'],
  ['d29', 'pcap', 1, 14, '1362692526.869344', '1362692527.080972'],
  ['d30', 'pcap', 1, 2, '1575842394.599412', '1575842394.599680'],
  ['d31', 'pcap', 1, 47, '952109346.874907', '1278600802.074822'],
  ['d32', 'pcap', 276, 6, '1660534249.872259', '1660535793.578961'],
  ['d33', 'pcap', 113, 12, '1593626138.922595', '1593626147.243274'],
  ['d34', 'pcap', 0, 18, '1573036439.059537', '1573036439.062009'],
  ['d35', 'pcap', 113, 3, '1418145369.924505', '1418145370.052115'],
  ['d36', 'pcapng', 1, 6, '1767663089.500330', '1767663437.140942'],
  ['d37', 'pcapng', 1, 0, '', ''],
  ['d38', 'pcap', 1, 1, '1404148886.981015', '1404148886.981015'],
  ['d39', 'pcap', 1, 1, '1334094648.590126', '1334094648.590126'],
  ['d40', 'pcap', 1, 1, '808464432.999999', '808464432.999999'],
  ['d41', 'pcap', 1, 1350, '1371506299.036212', '1371506397.531737'],
  ['d42', 'pcap', 1, 25, '1672176378.000277', '1672176514.075008'],
];

const seconds = (us: number) => `${Math.floor(us / 1e6)}.${String(us % 1e6).padStart(6, '0')}`;
const folder = join(sharedData, 'pcaps');

describe('the public captures', { skip: skipWithout('pcaps') }, () => {
  const files = readdirSync(folder).filter((file) => /\.pcap(ng)?$/.test(file));
  const index = new Map(
    readFileSync(join(folder, 'index.csv'), 'utf8')
      .split('\n')
      .map((line) => line.split(','))
      .map((cells) => [cells[0], cells] as const),
  );

  it('are all in the table', () => assert.deepEqual(facts.map(([name]) => name).sort(), files.map((file) => file.slice(0, 3)).sort()));

  for (const [name, format, linkType, frames, first, last] of facts)
    it(`${name} holds ${frames} frames from ${first} to ${last}`, async () => {
      const file = files.find((candidate) => candidate.startsWith(name)) as string;
      const read = await readAll(join(folder, file));
      const times = read.frames.map((frame) => frame.capturedAtUs);
      assert.deepEqual(read.faults, []);
      assert.equal(read.format, format);
      assert.deepEqual([...new Set(read.interfaces.map((each) => each.linkType))], [linkType]);
      assert.equal(read.frames.length, frames);
      assert.equal(times.length ? seconds(times[0] as number) : '', first);
      assert.equal(times.length ? seconds(times.at(-1) as number) : '', last);
      assert.deepEqual(
        read.frames.map((frame) => frame.number),
        read.frames.map((_, i) => i + 1),
      );
      const [, , , , , octets, , sha256] = index.get(file) ?? [];
      assert.deepEqual([read.octetsRead, read.sha256], [Number(octets), sha256]);
    });

  it('d36 keeps the resolution of each of its two interfaces', async () => {
    const read = await readAll(join(folder, 'd36-pcap-format-pcapng-multi-interface.pcapng'));
    assert.deepEqual(
      read.interfaces.map(({ name, ticksPerSecond }) => [name?.slice(0, 4), ticksPerSecond]),
      [
        ['eth0', 1_000_000_000n],
        ['\\Dev', 1_000_000n],
      ],
    );
    assert.deepEqual(
      read.frames.map((frame) => [frame.interfaceIndex, frame.originalLength]),
      [
        [0, 96],
        [0, 214],
        [1, 70],
        [1, 166],
        [1, 70],
        [1, 182],
      ],
    );
  });
});
