import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { repositoryRoot, sharedData, skipWithout } from '../repositoryRoot.ts';
import { inspectFile } from './inspectFile.ts';
import { judgeFile, tsharkIsMissing } from './tshark.ts';

/** One place where Yoban and tshark see different things, and why that is right. */
interface Difference {
  readonly file: string;
  /** Path into the comparison, such as `protocols.tls`. */
  readonly what: string;
  readonly yoban: unknown;
  readonly tshark: unknown;
  readonly reason: string;
}

const skip = tsharkIsMissing ? 'tshark is missing' : skipWithout('pcaps');
const folder = join(sharedData, 'pcaps');
const files = existsSync(folder) ? readdirSync(folder).filter((name) => /\.pcap(ng)?$/.test(name)) : [];
const list = join(repositoryRoot, 'test', 'wire', 'differences.json');
const expected = JSON.parse(readFileSync(list, 'utf8')) as Difference[];

/** Every value that differs, with its path. Lists are compared whole. */
function compare(yoban: unknown, tshark: unknown, what: string): Omit<Difference, 'file' | 'reason'>[] {
  const isMap = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isMap(yoban) && isMap(tshark)) {
    const keys = new Set([...Object.keys(yoban), ...Object.keys(tshark)]);
    return [...keys].flatMap((key) => compare(yoban[key], tshark[key], what === '' ? key : `${what}.${key}`));
  }
  return JSON.stringify(yoban) === JSON.stringify(tshark) ? [] : [{ what, yoban: yoban ?? null, tshark: tshark ?? null }];
}

/** What tshark has no word for, or counts otherwise by its nature. */
const notCompared = new Set(['wsd']);

describe('Public captures, frame for frame as tshark sees them', { skip }, () => {
  for (const file of files)
    it(`${file} differs only where the list says so`, async () => {
      const { faults: _faults, ...yoban } = await inspectFile(join(folder, file));
      const ours = { ...yoban, protocols: Object.fromEntries(Object.entries(yoban.protocols).filter(([name]) => !notCompared.has(name))) };
      const found = compare(ours, judgeFile(join(folder, file)), '').map((difference) => ({ file, ...difference }));
      const known = expected.filter((difference) => difference.file === file).map(({ reason: _reason, ...difference }) => difference);
      const byPath = (a: { what: string }, b: { what: string }) => (a.what < b.what ? -1 : 1);
      assert.deepEqual(found.toSorted(byPath), known.toSorted(byPath));
    });

  it('gives a reason for every difference, of a file that is there', () => {
    for (const { file, reason } of expected) {
      assert.ok(files.includes(file), `${file} is in differences.json but not among the captures`);
      assert.ok(reason.length > 20, `${file} needs a reason`);
    }
  });
});
