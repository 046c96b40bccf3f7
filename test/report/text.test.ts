import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { reportOutput } from '../../src/record/output/report.ts';
import { renderText } from '../../src/report/text.ts';
import { sampleDestination, sampleExplained, sampleHost, sampleReport } from './samples.ts';

const escapeCharacter = String.fromCodePoint(0x1b);
const override = String.fromCodePoint(0x202e);
/** What no terminal may be given: everything that is obeyed instead of shown, the end of a line excepted. */
const obeyed = /[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|[^\P{Cc}\n]/u;
const lineWith = (text: string, part: string) => text.split('\n').find((line) => line.includes(part)) ?? '';
/** The lines after a heading, up to the next blank line. */
function below(text: string, heading: string): string[] {
  const lines = text.split('\n');
  const begin = lines.findIndex((line) => line.trim().startsWith(heading));
  assert.notEqual(begin, -1, `there is a heading ${heading}`);
  const end = lines.indexOf('', begin);
  return lines.slice(begin + 1, end === -1 ? undefined : end);
}

describe('the report as text', () => {
  it('of an empty store says so, and promises nothing', () => {
    const text = renderText(sampleReport([], { from: null, to: null }));
    assert.equal(text.match(/the store is empty/g)?.length, 2);
    assert.doesNotMatch(text, /Look at these first|Nothing is left|Hosts|Machines/);
    assert.ok(text.endsWith('\n') && !text.endsWith('\n\n'));
  });
  for (const [policy, words] of [
    ['sleep', /slept or was off/],
    ['no-person', /nobody was at the keyboard/],
    ['strict', /certainly slept/],
  ] as const)
    it(`says what the policy ${policy} means`, () => assert.match(lineWith(renderText(sampleReport([], { policy })), 'policy'), words));
  it('shows the notes that concern no single host', () =>
    assert.match(renderText(sampleReport([], { notes: ['the log of PC-9 belongs to no machine'] })), /note {4}the log of PC-9/));

  it('puts the highest priority first, across hosts', () => {
    const hosts = [
      sampleHost({ host: 'PC-1', destinations: [sampleDestination({ name: 'low.example', priority: 30 })] }),
      sampleHost({ host: 'PC-2', destinations: [sampleDestination({ name: 'high.example', priority: 90 })] }),
      sampleHost({ host: 'PC-3', destinations: [sampleDestination({ name: 'middle.example', priority: 70 })] }),
    ];
    const [heading, ...rows] = below(renderText(sampleReport(hosts)), 'Look at these first');
    assert.match(heading as string, /priority {2}host {2,}far end {2,}packets {2}why/);
    assert.deepEqual(
      rows.map((row) => row.trim().split(/\s+/).slice(0, 3)),
      [
        ['90', 'PC-2', 'high.example:443'],
        ['70', 'PC-3', 'middle.example:443'],
        ['30', 'PC-1', 'low.example:443'],
      ],
    );
  });
  it('of equal priorities puts the larger traffic first', () => {
    const destinations = [
      sampleDestination({ name: 'small.example', packets: 1 }),
      sampleDestination({ name: 'large.example', packets: 99 }),
    ];
    const rows = below(renderText(sampleReport([sampleHost({ destinations })])), 'Look at these first').slice(1);
    assert.deepEqual(
      rows.map((row) => /(\S+)\.example/.exec(row)?.[1]),
      ['large', 'small'],
    );
  });
  it('names a far end once, however many hosts talk to it, and each host once', () => {
    const same = () => [
      sampleDestination({ name: null, address: '203.0.113.9', port: 443 }),
      sampleDestination({ name: null, address: '203.0.113.9', port: 8443 }),
    ];
    const rows = below(renderText(sampleReport([sampleHost({ destinations: same() })])), 'Look at these first').slice(1);
    assert.equal(rows.length, 1);
    assert.match(rows[0] as string, /^ +50 {2}PC-7 {2}TLS with 203\.0\.113\.9 +18 /);
    const three = ['PC-1', 'PC-2', 'PC-3'].map((host) => sampleHost({ host }));
    assert.match(below(renderText(sampleReport(three)), 'Look at these first')[1] as string, /PC-1 and 2 more {2}a\.example:443 +27 /);
  });
  it('shows what fits into one look, and says how much more there is', () => {
    const destinations = Array.from({ length: 25 }, (_, i) => sampleDestination({ name: `n${i}.example`, priority: 80 - i }));
    const text = renderText(sampleReport([sampleHost({ destinations })]));
    assert.match(text, /and 15 more, with their hosts below/);
    for (let i = 0; i < 25; i++) assert.ok(text.includes(`n${i}.example:443`), `n${i} stands below its host`);
  });
  it('says why, with every further reason', () => {
    const destination = sampleDestination({
      because: ['unexplained, outside the network', 'comes back every 60 minutes', 'only this host talks to it'],
    });
    assert.match(
      renderText(sampleReport([sampleHost({ destinations: [destination] })])),
      /no explanation for this name; comes back every 60 minutes; only this host talks to it/,
    );
  });
  it('says when nothing is left unexplained', () => {
    const text = renderText(sampleReport([sampleHost({ destinations: [sampleExplained()] })]));
    assert.match(text, /Nothing is left unexplained\./);
    assert.doesNotMatch(text, /Look at these first|Not explained/);
  });
  it('gives the explained ones a reason, a source and a sum, the outside apart from the inside', () => {
    const destinations = [
      sampleExplained({ packets: 4 }),
      sampleExplained({ name: 'time.windows.com', port: 123, packets: 3 }),
      sampleExplained({
        name: null,
        address: '239.255.255.250',
        application: 'ssdp',
        protocol: 'udp',
        port: 1900,
        cast: 'multicast',
        scope: 'inside',
        packets: 5,
      }),
    ];
    const text = renderText(sampleReport([sampleHost({ destinations })]));
    const outside = below(text, 'Explained, with the outside');
    assert.match(outside[1] as string, /settings-win\.data\.microsoft\.com:443 +4 {2}Windows fetches its settings {2}the vendor/);
    assert.match(outside.at(-1) as string, /^ +sum +7$/);
    const inside = below(text, 'Explained, inside the network');
    assert.match(inside[1] as string, /SSDP to 239\.255\.255\.250 \(multicast\) +5 /);
    assert.match(text, /12 packets that no user started: 12 explained, 0 not/);
  });

  const farEnds: [string, Parameters<typeof sampleDestination>[0], string][] = [
    ['by its name and port', {}, 'a.example:443'],
    ['by its name and protocol where there is no port', { protocol: 'icmp', port: null, application: null }, 'a.example (icmp)'],
    ['by its address and port', { name: null, address: '203.0.113.9', application: null, port: 8443 }, 'TCP with 203.0.113.9 port 8443'],
    [
      'by its address and protocol',
      { name: null, address: '203.0.113.9', application: null, protocol: 'ip-47', port: null },
      'IP-47 with 203.0.113.9',
    ],
    [
      'by what it asked for, when it began',
      { name: null, address: '203.0.113.9', application: null, direction: 'incoming', port: 3389 },
      'TCP from 203.0.113.9 to port 3389',
    ],
    [
      'as a group',
      { name: null, address: 'ff02::fb', application: 'mdns', protocol: 'udp', port: 5353, cast: 'multicast' },
      'MDNS to ff02::fb (multicast)',
    ],
    [
      'by its protocol alone, without an address',
      { name: null, address: null, application: null, protocol: 'ethertype-0x88cc', port: null, cast: 'multicast' },
      'ETHERTYPE-0X88CC (multicast)',
    ],
  ];
  for (const [sentence, changes, expected] of farEnds)
    it(`names a far end ${sentence}`, () => {
      const row = below(
        renderText(sampleReport([sampleHost({ destinations: [sampleDestination(changes)] })])),
        'Look at these first',
      )[1] as string;
      assert.ok(row.includes(`  ${expected}  `), row);
    });

  it('groups the hours as people name them, and shows what may not be missing even at zero', () => {
    const hours = { 'modern-sleep': 3, s3: 0.5, 'screen-off': 0.01, locked: 1, absent: 0.25, present: 4.5 };
    assert.match(
      renderText(sampleReport([sampleHost({ hours })])),
      /^ {2}asleep 3\.5 h {3}off 0\.0 h {3}nobody there 1\.3 h {3}present 4\.5 h {3}unknown 0\.0 h$/m,
    );
  });
  it('lists quiet hosts with their hours, and machines without a log apart from them', () => {
    const hosts = [
      sampleHost({ host: 'PC-1', destinations: [] }),
      sampleHost({
        host: '02:00:5e:00:00:09',
        mac: '02:00:5e:00:00:09',
        hasLog: false,
        destinations: [],
        hours: { unknown: 24 },
        traffic: { unknown: { packets: 77, octets: 1 } },
      }),
    ];
    const text = renderText(sampleReport([...hosts, sampleHost({ host: 'PC-2', destinations: [], hours: { unknown: 24 } })]));
    assert.match(below(text, 'Hosts without traffic')[2] as string, /^ {2}PC-2 .*unknown 24\.0 h/);
    assert.match(below(text, 'Hosts without traffic')[1] as string, /^ {2}PC-1 .*asleep 3\.0 h/);
    assert.match(below(text, 'Machines without an event log')[1] as string, /^ {2}02:00:5e:00:00:09 .* 77$/);
  });
});

describe('a hostile name', () => {
  const places: [string, (name: string) => ReturnType<typeof sampleReport>][] = [
    ['of a host', (name) => sampleReport([sampleHost({ host: name })])],
    ['of a quiet host', (name) => sampleReport([sampleHost({ host: name, destinations: [] })])],
    [
      'of a machine without a log',
      (name) => sampleReport([sampleHost({ host: name, hasLog: false, destinations: [], hours: { unknown: 1 } })]),
    ],
    ['of a far end', (name) => sampleReport([sampleHost({ destinations: [sampleDestination({ name })] })])],
    ['of an explained far end', (name) => sampleReport([sampleHost({ destinations: [sampleExplained({ name })] })])],
    [
      'in a reason',
      (name) =>
        sampleReport([sampleHost({ destinations: [sampleDestination({ reason: `no answer tied ${name}`, because: ['x', name] })] })]),
    ],
    [
      'in the reason and source of a rule',
      (name) => sampleReport([sampleHost({ destinations: [sampleExplained({ reason: name, source: name })] })]),
    ],
    ['in a note of a host', (name) => sampleReport([sampleHost({ notes: [`the log of ${name}`] })])],
    ['in a note of the report', (name) => sampleReport([], { notes: [`the log of ${name} belongs to no machine`] })],
  ];
  for (const [place, make] of places) {
    it(`${place} is shown and not obeyed`, () => {
      const text = renderText(make(`evil${escapeCharacter}]0;owned${String.fromCodePoint(7)}\r\n  90  PC-1${override}moc.tfosorcim`));
      assert.doesNotMatch(text, obeyed);
      assert.ok(text.includes('evil\\u{1b}]0;owned\\u{7}\\u{d}\\u{a}  90  PC-1\\u{202e}moc.tfosorcim'));
    });
    it(`${place} does not flood the terminal, however long it is`, () => {
      const text = renderText(make(`${'a'.repeat(100_000)}.example`));
      assert.ok(Math.max(...text.split('\n').map((line) => line.length)) < 1500);
      assert.ok(text.includes('aaa…'), 'the cut is shown');
    });
  }
  it('of any characters at any place is never given to the terminal raw, and forges no line', () => {
    const name = fc
      .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0x1b, 0x9b, 0x0a, 0x202e, 0x2066)), { maxLength: 30 })
      .map((units) => String.fromCharCode(...units));
    fc.assert(
      fc.property(fc.constantFrom(...places), name, ([, make], text) => {
        const [evil, good] = [renderText(make(text)), renderText(make('good'))];
        assert.doesNotMatch(evil, obeyed);
        assert.equal(evil.split('\n').length, good.split('\n').length);
      }),
    );
  });
});

describe('a large report', () => {
  it('of more far ends than a call takes arguments is rendered all the same', () => {
    const destinations = Array.from({ length: 150_000 }, (_, i) => sampleDestination({ name: `n${i}.example` }));
    const text = renderText(sampleReport([sampleHost({ destinations })]));
    assert.ok(text.split('\n').length > 150_000);
  });
  it('of a scan of a hundred thousand ports has one line for it', () => {
    const destinations = Array.from({ length: 100_000 }, (_, i) =>
      sampleDestination({ name: null, address: '203.0.113.9', application: null, port: i }),
    );
    const text = renderText(sampleReport([sampleHost({ destinations })]));
    assert.match(text, /203\.0\.113\.9: 100000 ports \(tcp\) +900000 +100000 ports of one far end, as in a scan/);
    assert.ok(text.split('\n').length < 40);
  });
});

describe('the samples of this test', () => {
  it('are reports by the published contract', () =>
    assert.ok(reportOutput.safeParse(sampleReport([sampleHost({ destinations: [sampleDestination(), sampleExplained()] })])).success));
});
