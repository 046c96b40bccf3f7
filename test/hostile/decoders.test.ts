import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Fault } from '../../src/base/octets.ts';
import { Inspection } from '../../src/meter/inspection.ts';
import { appendFrame, readableLinkTypes } from '../../src/wire/frame.ts';
import { HeaderBatch } from '../../src/wire/headerBatch.ts';
import { repositoryRoot } from '../repositoryRoot.ts';
import { cuts, mutations, outcomesOf, region } from '../wire/hostility.ts';
import { samples } from '../wire/samples.ts';
import { traps } from './traps.ts';

/** Read through the readers that call them: names through DNS, options through NDP, fields through HTTP and SSDP. */
const partsOfReaders: ReadonlySet<string> = new Set(['readName', 'readNdpOptions', 'readFields']);

/** Generated cases for each property; YOBAN_FUZZ_RUNS asks for more (50000 take minutes). */
const runs = Number(process.env.YOBAN_FUZZ_RUNS ?? 250);

/** A reader that needs more than this for one message is caught in something (usual: microseconds). */
const patienceMs = 5_000;

function within(patience: number, work: () => void): void {
  const start = performance.now();
  work();
  const took = performance.now() - start;
  assert.ok(took < patience, `took ${Math.round(took)} ms`);
}

describe('Every decoder against hostile octets', () => {
  for (const { name, read, octets } of samples) {
    it(`${name}: accepts the whole message`, () => {
      const value = read(region(octets));
      assert.ok(value !== undefined && !(value instanceof Fault), plain(value));
    });
    it(`${name}: survives a cut at every length, and reads nothing behind it`, () => {
      within(patienceMs, () => {
        const outcomes = outcomesOf(cuts(octets), read);
        assert.ok(outcomes.refused > 0, JSON.stringify(outcomes));
        // What lies behind the end must not matter: the same cut before other octets reads the same.
        for (let end = 0; end < octets.length; end++) {
          const before = region(octets, end);
          const other = region(octets, end);
          other.octets.fill(0x5a, other.end);
          assert.deepEqual(plain(read(before)), plain(read(other)), `cut at ${end}`);
        }
      });
    });
    it(`${name}: survives mutations, some of which it accepts`, () => {
      within(patienceMs, () => {
        const outcomes = outcomesOf(mutations(octets), read);
        assert.ok(outcomes.accepted > 0, JSON.stringify(outcomes));
      });
    });
    it(`${name}: survives random octets`, () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), (random) => void read(region(random))),
        { numRuns: runs },
      );
    });
    it(`${name}: survives random octets in place of its tail`, () => {
      const spliced = fc.tuple(fc.nat({ max: octets.length }), fc.uint8Array({ maxLength: 120 }));
      fc.assert(
        fc.property(spliced, ([keep, random]) => void read(region(Uint8Array.from([...octets.subarray(0, keep), ...random])))),
        { numRuns: runs },
      );
    });
  }

  it('stands in the table: no reader of src/wire is missing', () => {
    const folder = join(repositoryRoot, 'src', 'wire');
    const readers = readdirSync(folder).flatMap((file) =>
      [...readFileSync(join(folder, file), 'utf8').matchAll(/^export function (read\w+)/gm)].map(([, name]) => name ?? ''),
    );
    const table = readFileSync(join(repositoryRoot, 'test', 'wire', 'samples.ts'), 'utf8');
    assert.ok(readers.length > 20);
    assert.deepEqual(
      readers.filter((name) => !partsOfReaders.has(name) && !new RegExp(`\\b${name}\\b`).test(table)),
      [],
    );
  });

  for (const { sentence, octets, read, expected } of traps)
    it(sentence, () => within(patienceMs, () => assert.equal(kindOf(read(region(octets))), expected)));
});

/** Views hold the buffer that they borrow; only what a reader says counts. */
function plain(value: unknown): string {
  const text = JSON.stringify(value, (key, part) => {
    if (key === 'octets') return undefined;
    return typeof part === 'bigint' ? String(part) : part;
  });
  return text ?? 'undefined';
}

function kindOf(value: unknown): string {
  if (value instanceof Fault) return value.kind;
  return value === undefined ? 'other protocol' : 'accepted';
}

/** Decodes `octets` as one frame in the middle of a buffer and inspects it. */
function inspect(linkType: number, octets: Uint8Array): HeaderBatch {
  const batch = new HeaderBatch();
  const { octets: buffer, at, end } = region(octets);
  batch.octets = buffer;
  appendFrame(batch, linkType, at, end, octets.length, 1_700_000_000_000_000, 1, 0);
  new Inspection().add(batch);
  return batch;
}

function assertSound(batch: HeaderBatch): void {
  const [frameAt, frameEnd, payloadAt, payloadEnd] = [batch.frameAt[0], batch.frameEnd[0], batch.payloadAt[0], batch.payloadEnd[0]] as [
    number,
    number,
    number,
    number,
  ];
  assert.equal(batch.count, 1);
  assert.ok(frameAt <= payloadAt && payloadAt <= payloadEnd && payloadEnd <= frameEnd, `${frameAt} ${payloadAt} ${payloadEnd} ${frameEnd}`);
}

describe('The frame walk against hostile octets', () => {
  for (const linkType of [...readableLinkTypes, 105]) {
    it(`link type ${linkType}: any octets leave a payload inside of the frame`, () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => assertSound(inspect(linkType, octets))),
        { numRuns: 2 * runs },
      );
    });
    it(`link type ${linkType}: so do valid frames with random octets spliced in`, () => {
      const frames = samples.flatMap(({ frame }) => (frame ? [frame] : []));
      const spliced = fc.tuple(fc.constantFrom(...frames), fc.nat(400), fc.uint8Array({ maxLength: 8 }));
      fc.assert(
        fc.property(spliced, ([frame, at, random]) => {
          const octets = frame.slice();
          octets.set(random.subarray(0, Math.max(0, octets.length - at)), Math.min(at, octets.length));
          assertSound(inspect(linkType, octets));
        }),
        { numRuns: 2 * runs },
      );
    });
  }

  it('cuts every sample frame at every length: a fault or fewer layers, never a throw', () => {
    for (const { frame, name } of samples) {
      if (!frame) continue;
      for (let end = 0; end < frame.length; end++) assertSound(inspect(1, frame.subarray(0, end)));
      assert.equal(inspect(1, frame).fault[0], undefined, name);
    }
  });

  it('gives a row that was used before nothing of its predecessor', () => {
    const frames = samples.flatMap(({ frame }) => (frame ? [frame] : []));
    fc.assert(
      fc.property(fc.constantFrom(...frames), fc.constantFrom(...frames), fc.nat(200), (first, second, cut) => {
        const octets = second.subarray(0, Math.min(cut, second.length));
        const fresh = new HeaderBatch();
        fresh.octets = octets;
        appendFrame(fresh, 1, 0, octets.length, octets.length, 0, 1, 0);
        const used = new HeaderBatch();
        used.octets = first;
        appendFrame(used, 1, 0, first.length, first.length, 0, 1, 0);
        used.clear();
        used.octets = octets;
        appendFrame(used, 1, 0, octets.length, octets.length, 0, 1, 0);
        assert.deepEqual(used, fresh);
      }),
      { numRuns: runs },
    );
  });
});
