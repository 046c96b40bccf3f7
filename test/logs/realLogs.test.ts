/** Real logs beside the repository, against libevtx and against Windows' own export. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openLog } from '../../src/logs/edge/logFile.ts';
import type { LogEntry } from '../../src/logs/logEntry.ts';
import { attributeOf, childOf, writeXml, type XmlElement } from '../../src/logs/xmlElement.ts';
import { sharedData, skipWithout } from '../repositoryRoot.ts';

const folder = join(sharedData, 'evtx');
const skip = skipWithout('evtx');

interface Oracle {
  readonly records: number;
  readonly events: readonly {
    readonly recordId: number;
    readonly timeCreated: string;
    readonly provider: string;
    readonly eventId: number;
    readonly qualifiers: number | null;
    readonly computer: string;
    readonly data: readonly (readonly [string, string])[];
  }[];
}

async function readLog(name: string): Promise<{ live: Map<number, LogEntry>; recovered: LogEntry[]; failed: number }> {
  const log = await openLog(join(folder, name));
  const live = new Map<number, LogEntry>();
  const recovered: LogEntry[] = [];
  for await (const batch of log.entries())
    for (const entry of batch) {
      if (entry.record.recovered) recovered.push(entry);
      else live.set(entry.record.recordId as number, entry);
    }
  assert.equal(log.counters.parsed, live.size);
  return { live, recovered, failed: log.counters.failed };
}

/** libevtx pads hexadecimal numbers and prints times to a nanosecond; Windows does neither. */
const plain = (value: string) =>
  /^0x[0-9a-f]+$/i.test(value) ? `0x${BigInt(value).toString(16)}` : value.replace(/^(\d{4}-\d\d-\d\dT[\d:]{8}\.\d{7})00Z$/, '$1Z');

const files: [string, number][] = [
  ['e1-System.evtx', 5009],
  ['e2-2-vss_7-System.evtx', 1160],
  ['e3-post-Security.evtx', 126],
  ['e4-Application_no_crc32.evtx', 17],
  ['e5-Application.evtx', 366],
  ['e6-Security.evtx', 1715],
  ['e7-ID4688_4778_4779_RDP_hijack_direct.evtx', 14],
];

/** Recovered with all their values. `evtxexport -m recovered` prints 9 of e5, 29 of e6 and none of the others. */
const readableInSlack: Readonly<Record<string, number>> = {
  'e2-2-vss_7-System.evtx': 25,
  'e4-Application_no_crc32.evtx': 20,
  'e5-Application.evtx': 9,
  'e6-Security.evtx': 29,
};

describe('real EVTX files', () => {
  for (const [name, count] of files)
    it(`${name}: every record, and every listed event as libevtx reads it`, { skip }, async () => {
      const { live, failed } = await readLog(name);
      const oracle: Oracle = JSON.parse(readFileSync(join(folder, `${name}.oracle.json`), 'utf8'));
      assert.deepEqual([live.size, failed, oracle.records], [count, 0, count]);
      for (const expected of oracle.events) {
        const entry = live.get(expected.recordId) as LogEntry;
        const system = childOf(entry.element as XmlElement, 'System') as XmlElement;
        const { record } = entry;
        assert.deepEqual(
          {
            ...expected,
            timeCreated: attributeOf(childOf(system, 'TimeCreated'), 'SystemTime'),
            provider: record.provider,
            eventId: record.eventId,
            qualifiers: record.qualifiers,
            computer: record.computer,
            data: record.data.map(([key, value]) => [key, plain(value)]),
          },
          { ...expected, timeCreated: plain(expected.timeCreated), data: expected.data.map(([key, value]) => [key, plain(value)]) },
        );
      }
    });

  for (const name of ['e5-Application', 'e6-Security'])
    it(`${name}: the XML of every record is that of Windows' own export`, { skip }, async () => {
      const { live } = await readLog(`${name}.evtx`);
      const exported = await readLog(`${name}.windows-export.xml`);
      assert.equal(exported.live.size, live.size);
      // The exports lost their carriage returns on the way.
      const comparable = (element: XmlElement) =>
        writeXml({
          ...element,
          children: element.children.filter((child) => typeof child === 'string' || child.name !== 'RenderingInfo'),
        }).replaceAll('\r', '');
      for (const [recordId, entry] of exported.live) {
        const own = live.get(recordId) as LogEntry;
        assert.equal(comparable(own.element as XmlElement), comparable(entry.element as XmlElement));
        assert.equal(own.record.id, entry.record.id, 'one event, whatever form it came in');
      }
    });

  const absent = spawnSync('evtxexport', ['-V']).error ? 'evtxexport (libevtx-utils) is not installed' : false;
  for (const [name] of files)
    it(`${name}: the same record ids as evtxexport in this run`, { skip: skip || absent }, async () => {
      const ids = (mode: string) => {
        const { stdout } = spawnSync('evtxexport', ['-f', 'xml', '-m', mode, join(folder, name)], { maxBuffer: 2 ** 28, encoding: 'utf8' });
        return [...stdout.matchAll(/<EventRecordID>(\d+)</g)].map((found) => Number(found[1])).sort((a, b) => a - b);
      };
      const { live, recovered } = await readLog(name);
      assert.deepEqual(
        [...live.keys()].sort((a, b) => a - b),
        ids('items'),
      );
      const own = recovered.map((entry) => entry.record.recordId as number).sort((a, b) => a - b);
      for (const id of ids('recovered')) assert.ok(own.includes(id), `recovered record ${id}`);
    });

  // libevtx counts whatever has the frame of a record in slack. Of those its exporter prints fewer than Yoban reads; of the rest the
  // templates or names are overwritten, and nothing can be read any more.
  for (const [name] of files)
    it(`${name}: what stands in slack is as much as libevtx counts, read or not readable any more`, { skip: skip || absent }, async () => {
      const path = join(folder, name);
      const { stdout } = spawnSync('evtxinfo', [path], { encoding: 'utf8' });
      const counted = Number(/Number of recovered records\s*: (\d+)/.exec(stdout)?.[1]);
      const log = await openLog(path);
      for await (const _ of log);
      const { recovered } = log.counters;
      assert.deepEqual([recovered + log.unreadableInSlack, recovered], [counted, readableInSlack[name] ?? 0]);
    });

  it('give the same records, and the same XML, by the quick way and by the general one', { skip }, async () => {
    for (const [name] of files) {
      const path = join(folder, name);
      const { live, recovered } = await readLog(name);
      const wanted = [...live.values(), ...recovered];
      const records = [];
      for await (const batch of await openLog(path)) records.push(...batch);
      const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
      assert.deepEqual(records.sort(byId), wanted.map(({ record }) => record).sort(byId), name);
      const texts = new Map<string, string | undefined>();
      for await (const batch of (await openLog(path)).entries('text')) for (const { record, text } of batch) texts.set(record.id, text);
      for (const { record, element } of wanted) assert.equal(texts.get(record.id), writeXml(element as XmlElement));
    }
  });

  it('survive flipped octets, and the books balance', { skip }, async () => {
    const { EvtxReader } = await import('../../src/logs/evtx/evtxReader.ts');
    const octets = readFileSync(join(folder, 'e7-ID4688_4778_4779_RDP_hijack_direct.evtx')).subarray(4096, 4096 + 65536);
    let random = 7;
    const next = (below: number) => {
      random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((random / 2 ** 32) * below);
    };
    let [parsed, failed] = [0, 0];
    for (let run = 0; run < 300; run++) {
      const chunk = new Uint8Array(octets);
      for (let flips = 1 + next(4); flips > 0; flips--) chunk[next(12_000)] = next(256);
      const reader = new EvtxReader();
      reader.push(chunk);
      reader.end();
      assert.equal(reader.counters.seen, reader.counters.parsed + reader.counters.failed);
      parsed += reader.counters.parsed;
      failed += reader.counters.failed;
    }
    assert.ok(parsed > 1000 && failed > 100, `${parsed} parsed, ${failed} failed`);
  });
});
