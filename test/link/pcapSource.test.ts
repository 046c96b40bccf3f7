import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodePcap, type PcapForm, type TestFrame } from './encodePcap.ts';
import { readAll, testFolder } from './readAll.ts';

const folder = testFolder();
const at = (seconds: bigint, nanoseconds: bigint) => seconds * 1_000_000_000n + nanoseconds;
const frames: readonly TestFrame[] = [
  { at: at(1_610_236_800n, 123_456_789n), octets: Uint8Array.of(1, 2, 3, 4, 5) },
  { at: at(4_294_967_295n, 999_999_999n), octets: new Uint8Array(0), originalLength: 60 },
  { at: at(0n, 0n), octets: new Uint8Array(61).fill(7), originalLength: 1514 },
];
const expected = [
  { number: 1, capturedAtUs: 1_610_236_800_123_456, interfaceIndex: 0, originalLength: 5, octets: '0102030405' },
  { number: 2, capturedAtUs: 4_294_967_295_999_999, interfaceIndex: 0, originalLength: 60, octets: '' },
  { number: 3, capturedAtUs: 0, interfaceIndex: 0, originalLength: 1514, octets: '07'.repeat(61) },
];
const usual: PcapForm = { littleEndian: true, nanoseconds: false };

describe('a pcap file', () => {
  // Written out by hand from the pcap draft, so that encoder and reader cannot share a mistake: one frame of two octets, big-endian.
  it('is read as the draft describes it', async () => {
    const written = Buffer.from('a1b2c3d4000200040000000000000000000000400000007160000000000f423f000000020000003ccafe', 'hex');
    const read = await readAll(folder.write('written.pcap', written));
    assert.equal(read.interfaces[0]?.linkType, 113);
    assert.deepEqual(read.frames, [
      { number: 1, capturedAtUs: 0x60000000 * 1e6 + 999_999, interfaceIndex: 0, originalLength: 60, octets: 'cafe' },
    ]);
  });

  for (const littleEndian of [true, false])
    for (const nanoseconds of [true, false])
      it(`is read ${littleEndian ? 'little' : 'big'}-endian in ${nanoseconds ? 'nano' : 'micro'}seconds`, async () => {
        const read = await readAll(folder.write('form.pcap', encodePcap({ littleEndian, nanoseconds }, frames)));
        assert.deepEqual(read.frames, expected);
        assert.deepEqual(read.faults, []);
        assert.equal(read.interfaces[0]?.ticksPerSecond, nanoseconds ? 1_000_000_000n : 1_000_000n);
      });

  it('cut at any octet keeps the frames before the cut and says what is missing', async () => {
    const whole = encodePcap(usual, frames);
    // Where the header and each record end.
    const ends = [24];
    for (const { octets } of frames) ends.push((ends.at(-1) as number) + 16 + octets.length);
    for (let length = 4; length < whole.length; length++) {
      const read = await readAll(folder.write('cut.pcap', whole.subarray(0, length)));
      const complete = Math.max(ends.filter((end) => end <= length).length - 1, 0);
      assert.deepEqual(read.frames, expected.slice(0, complete), `cut at ${length}`);
      assert.equal(read.faults.length, ends.includes(length) ? 0 : 1, `cut at ${length}`);
      assert.ok(read.faults.every((fault) => fault.kind === 'truncated' && fault.limitedBy === 'capture'));
      assert.equal(read.octetsRead, length);
    }
  });

  it('with any octet changed ends without a throw, and most changes leave frames to read', async () => {
    const whole = encodePcap(usual, frames);
    let kept = 0;
    for (let i = 4; i < whole.length; i++) {
      if (i >= 4 && i < 8) continue; // the version: refused when it is opened
      for (const value of [0x00, 0x7f, 0xff]) {
        const read = await readAll(folder.write('changed.pcap', whole.with(i, value)));
        if (read.frames.length === frames.length) kept++;
      }
    }
    assert.ok(kept > 200, `${kept} of ${(whole.length - 8) * 3}`);
  });

  it('may hold a record that is longer than its snap length', async () => {
    const read = await readAll(folder.write('snap.pcap', encodePcap({ ...usual, snapLength: 1 }, frames)));
    assert.deepEqual([read.frames.length, read.faults.length], [3, 0]);
  });

  it('may hold a record as large as a large snap length allows, across several windows', async () => {
    const large = { at: 1_000n, octets: new Uint8Array(1_000_000).fill(9) };
    const form = { ...usual, snapLength: 1_000_000 };
    const read = await readAll(folder.write('large.pcap', encodePcap(form, [frames[0] as TestFrame, large, frames[0] as TestFrame])));
    assert.deepEqual(
      read.frames.map(({ octets }) => octets.length / 2),
      [5, 1_000_000, 5],
    );
  });

  for (const [length, snapLength] of [
    [262_145, 65_535],
    [0xffff_ffff, 0xffff_ffff],
    [0x8000_0000, 0],
  ] as const)
    it(`ends with a fault at a record of ${length} octets when the snap length is ${snapLength}, and is hashed to its end`, async () => {
      const whole = encodePcap({ ...usual, snapLength }, [...frames, { at: 0n, octets: new Uint8Array(600_000) }]);
      new DataView(whole.buffer).setUint32(24 + 3 * 16 + 66 + 8, length, true);
      const read = await readAll(folder.write('hostile.pcap', whole));
      assert.deepEqual(read.frames, expected);
      assert.deepEqual(
        read.faults.map(({ kind, at: where }) => [kind, where]),
        [['malformed', 24 + 3 * 16 + 66]],
      );
      assert.equal(read.octetsRead, whole.length);
    });

  it('hands over every frame of a long file in order', async () => {
    const many = Array.from({ length: 5000 }, (_, i) => ({ at: BigInt(i) * 1000n, octets: new Uint8Array(i % 1500).fill(i) }));
    const read = await readAll(folder.write('long.pcap', encodePcap(usual, many)));
    assert.equal(read.frames.length, 5000);
    for (const [i, frame] of read.frames.entries()) {
      assert.deepEqual([frame.number, frame.capturedAtUs], [i + 1, i]);
      assert.equal(frame.octets, Buffer.alloc(i % 1500, i & 0xff).toString('hex'));
    }
  });

  it('stops reading when it is told to', async () => {
    const path = folder.write('abort.pcap', encodePcap(usual, frames));
    await assert.rejects(readAll(path, AbortSignal.abort(new Error('enough'))), /enough/);
  });
});
