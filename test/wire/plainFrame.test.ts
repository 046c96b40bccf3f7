import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { walkLayers } from '../../src/wire/frame.ts';
import { HeaderBatch } from '../../src/wire/headerBatch.ts';
import { walkPlainFrame } from '../../src/wire/plainFrame.ts';
import { samples } from './samples.ts';

const frames = samples.flatMap(({ frame }) => (frame ? [frame] : []));

/** Row 1 of a batch in which every column held something else before. */
function used(octets: Uint8Array): HeaderBatch {
  const batch = new HeaderBatch();
  batch.octets = octets;
  for (const column of Object.values(batch))
    if (ArrayBuffer.isView(column) && column.buffer !== octets.buffer) (column as Uint8Array).fill(77);
  batch.frameAt[1] = 0;
  batch.frameEnd[1] = octets.length;
  return batch;
}

/** Whether the frame is plain; if so, both ways must have filled the row alike. */
function isPlain(octets: Uint8Array, quick = used(octets)): boolean {
  if (!walkPlainFrame(quick, 1, 0, octets.length)) return false;
  const slow = used(octets);
  walkLayers(slow, 1, 1, 0, octets.length);
  // It says how the row was filled, which is where both differ.
  slow.plainAs.set(quick.plainAs);
  assert.deepEqual(quick, slow);
  return true;
}

describe('plain frames', () => {
  it('fill the row as the walk does, among all samples; most of TCP and UDP is plain', () => {
    const plain = samples.filter(({ frame }) => frame && isPlain(frame)).length;
    assert.ok(plain > 5 && plain < frames.length, `${plain} of ${frames.length}`);
  });

  it('fill the row as the walk does when cut at any length', () => {
    for (const frame of frames) for (let end = 0; end <= frame.length; end++) isPlain(frame.subarray(0, end));
  });

  it('fill the row as the walk does whatever stood in it before', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...frames), { minLength: 2, maxLength: 6 }), fc.array(fc.boolean()), (list, walked) => {
        const rows = used(new Uint8Array(0));
        for (const [i, octets] of list.entries()) {
          rows.octets = octets;
          rows.frameEnd[1] = octets.length;
          if (walked[i] || !isPlain(octets, rows)) walkLayers(rows, 1, 1, 0, octets.length);
          // Of what the walk found nothing remains but its columns.
          rows.hasFaults = false;
          rows.fault[1] = undefined;
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('fill the row as the walk does with any octets of the headers overwritten', () => {
    const changes = fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 4 });
    let plain = 0;
    fc.assert(
      fc.property(fc.constantFrom(...frames), changes, fc.nat(40), (frame, overwritten, padding) => {
        const octets = new Uint8Array(frame.length + padding);
        octets.set(frame);
        for (const [at, octet] of overwritten) if (at < octets.length) octets[at] = octet;
        if (isPlain(octets)) plain++;
      }),
      { numRuns: 3000 },
    );
    assert.ok(plain > 100, `${plain} were plain`);
  });
});
