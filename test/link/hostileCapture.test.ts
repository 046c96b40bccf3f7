import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { encodePcap, enhancedPacket, fields, interfaceBlock, join, section } from './encodePcap.ts';
import { readAll, testFolder } from './readAll.ts';

const folder = testFolder();
const octets = Uint8Array.of(1, 2, 3, 4);
const frames = Array.from({ length: 5 }, (_, i) => ({ at: BigInt(i), octets }));
const pcapng = join([section(true), interfaceBlock(true, 1), ...frames.map(({ at }) => enhancedPacket(true, 0, at, octets))]);
const pcap = encodePcap({ littleEndian: false, nanoseconds: true }, frames);

/** Changes to a valid capture behind its first `kept` octets: overwritten, taken out, put in. */
const edits = (kept: number, length: number) =>
  fc.array(fc.tuple(fc.integer({ min: kept, max: length - 1 }), fc.uint8Array({ maxLength: 6 }), fc.integer({ min: 0, max: 6 })), {
    minLength: 1,
    maxLength: 4,
  });

describe('hostile captures', () => {
  for (const [name, whole, kept] of [
    ['pcapng', pcapng, 16],
    ['pcap', pcap, 8],
  ] as const)
    it(`of the form ${name} neither throw nor hang, and stay within their octets`, async () => {
      let readable = 0;
      await fc.assert(
        fc.asyncProperty(edits(kept, whole.length), async (changes) => {
          let damaged = whole;
          for (const [at, put, out] of changes) damaged = join([damaged.subarray(0, at), put, damaged.subarray(at + out)]);
          const read = await readAll(folder.write(name, damaged));
          assert.equal(read.octetsRead, damaged.length);
          assert.ok(read.frames.length <= damaged.length / 16);
          if (read.frames.length > 0) readable++;
        }),
        { numRuns: 400 },
      );
      assert.ok(readable > 100, String(readable));
    });

  it('of random blocks neither throw nor hang', async () => {
    const block = fc
      .tuple(fc.constantFrom(1, 2, 3, 5, 6, 0x0a0d0d0a), fc.uint8Array({ maxLength: 80 }))
      .map(([type, body]) =>
        join([
          fields(true, [4, type], [4, 12 + body.length - (body.length % 4)]),
          body.subarray(0, body.length - (body.length % 4)),
          fields(true, [4, 12 + body.length - (body.length % 4)]),
        ]),
      );
    let faults = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(block, { maxLength: 8 }), async (blocks) => {
        faults += (await readAll(folder.write('blocks', join([pcapng, ...blocks])))).faults.length;
      }),
      { numRuns: 300 },
    );
    assert.ok(faults > 100, String(faults));
  });
});
