import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openCapture } from '../../src/link/captureFile.ts';
import { droppedBefore } from '../../src/link/frameBlock.ts';
import { block, enhancedPacket, fields, interfaceBlock, join, option, section } from './encodePcap.ts';
import { type ReadCapture, readAll, testFolder } from './readAll.ts';

const folder = testFolder();
const read = (...parts: Uint8Array[]): Promise<ReadCapture> => readAll(folder.write('test.pcapng', join(parts)));
const octets = Uint8Array.of(0xca, 0xfe, 0xbe);
const faultsOf = (capture: ReadCapture) => capture.faults.map(({ kind, limitedBy }) => `${kind}: ${limitedBy}`);
const resolution = (little: boolean, value: number) => option(little, 9, Uint8Array.of(value));
const offset = (little: boolean, seconds: bigint) => option(little, 14, fields(little, [8, seconds]));

describe('a pcapng file', () => {
  // Written out by hand from the pcapng draft: a big-endian section, an interface in nanoseconds, one frame of two octets.
  it('is read as the draft describes it', async () => {
    const written = [
      '0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c',
      '00000001 0000001c 0001 0000 00000000 0009 0001 09 000000 0000001c',
      '00000006 00000024 00000000 16604d2e 23bb6515 00000002 0000003c cafe 0000 00000024',
    ];
    const capture = await read(Buffer.from(written.join('').replaceAll(' ', ''), 'hex'));
    assert.deepEqual(capture.faults, []);
    assert.deepEqual(capture.frames, [
      { number: 1, capturedAtUs: Number(0x16604d2e23bb6515n / 1000n), interfaceIndex: 0, originalLength: 60, octets: 'cafe' },
    ]);
  });

  for (const little of [true, false])
    it(`is read ${little ? 'little' : 'big'}-endian with every resolution and offset`, async () => {
      const us = 1_610_236_800_123_456n;
      const rows: [Uint8Array[], bigint][] = [
        [[], us],
        [[resolution(little, 6)], us],
        [[resolution(little, 9)], us * 1000n + 999n],
        [[resolution(little, 3)], us / 1000n],
        [[resolution(little, 12)], 3_600_000_000_000_000n],
        [[resolution(little, 0x80 | 20)], (us << 20n) / 1_000_000n + 1n],
        [[resolution(little, 0)], 1_610_236_800n],
        [[offset(little, 1_610_000_000n)], 236_800_123_456n],
        [[offset(little, -10n), option(little, 2, new TextEncoder().encode('eth1'))], us + 10_000_000n],
      ];
      const interfaces = rows.map(([options]) => interfaceBlock(little, 1, options));
      const packets = rows.map(([, ticks], i) => enhancedPacket(little, i, ticks, octets));
      const capture = await read(section(little), ...interfaces, ...packets);
      const usNumber = Number(us);
      assert.deepEqual(
        capture.frames.map((frame) => frame.capturedAtUs),
        [usNumber, usNumber, usNumber, usNumber - 456, 3_600_000_000, usNumber, 1_610_236_800_000_000, usNumber, usNumber],
      );
      assert.deepEqual([capture.interfaces[8]?.name, capture.faults], ['eth1', []]);
    });

  it('numbers the interfaces of all its sections through the whole file, in whatever byte order they are', async () => {
    const capture = await read(
      section(true),
      interfaceBlock(true, 1),
      enhancedPacket(true, 0, 1n, octets),
      section(false),
      interfaceBlock(false, 101),
      interfaceBlock(false, 113),
      enhancedPacket(false, 1, 2n, octets),
      enhancedPacket(false, 0, 3n, octets),
    );
    assert.deepEqual(
      capture.frames.map((frame) => [frame.interfaceIndex, frame.capturedAtUs]),
      [
        [0, 1],
        [2, 2],
        [1, 3],
      ],
    );
    assert.deepEqual(
      capture.interfaces.map((each) => [each.index, each.linkType]),
      [
        [0, 1],
        [1, 101],
        [2, 113],
      ],
    );
  });

  it('hands over simple and old packets, and passes over names, statistics and unknown blocks of any size', async () => {
    const capture = await read(
      section(true),
      block(true, 4, new Uint8Array(40)),
      interfaceBlock(true, 1, [], 2),
      block(true, 0x0bad, new Uint8Array(700_000)),
      block(true, 2, fields(true, [2, 0], [2, 7], [4, 0], [4, 5], [4, 3], [4, 9]), octets),
      block(true, 3, fields(true, [4, 1514]), Uint8Array.of(1, 2)),
      block(true, 5, new Uint8Array(12)),
      enhancedPacket(true, 0, 6n, octets),
    );
    assert.deepEqual(capture.faults, []);
    assert.deepEqual(
      capture.frames.map(({ number, capturedAtUs, originalLength, octets: text }) => [number, capturedAtUs, originalLength, text]),
      [
        [1, 5, 9, 'cafebe'],
        [2, 5, 1514, '0102'],
        [3, 6, 3, 'cafebe'],
      ],
    );
  });

  it('cut at any octet keeps the frames before the cut and says what is missing', async () => {
    const parts = [
      section(false),
      interfaceBlock(false, 1, [resolution(false, 9)]),
      enhancedPacket(false, 0, 1000n, octets),
      block(false, 5, new Uint8Array(12)),
      enhancedPacket(false, 0, 2000n, octets),
    ];
    const whole = join(parts);
    const ends: number[] = [];
    for (const part of parts) ends.push((ends.at(-1) ?? 0) + part.length);
    for (let length = 4; length < whole.length; length++) {
      const capture = await readAll(folder.write('cut.pcapng', whole.subarray(0, length)));
      const complete = [ends[2] as number, ends[4] as number].filter((end) => end <= length).length;
      assert.equal(capture.frames.length, complete, `cut at ${length}`);
      assert.equal(capture.faults.length, ends.includes(length) ? 0 : 1, `cut at ${length}`);
      assert.ok(capture.faults.every(({ kind }) => kind === 'truncated'));
    }
  });

  it('with any octet changed ends without a throw, and many changes leave frames to read', async () => {
    const whole = join([
      section(true),
      interfaceBlock(true, 1, [resolution(true, 9)]),
      enhancedPacket(true, 0, 1n, octets),
      enhancedPacket(true, 0, 2n, octets),
    ]);
    let kept = 0;
    // What opening refuses (magic numbers and version) is left alone.
    for (let i = 16; i < whole.length; i++)
      for (const value of [0x00, 0x05, 0x7f, 0xff]) {
        const capture = await readAll(folder.write('changed.pcapng', whole.with(i, value)));
        if (capture.frames.length === 2) kept++;
      }
    assert.ok(kept > 200, String(kept));
  });

  const start = [section(true), interfaceBlock(true, 1), enhancedPacket(true, 0, 1n, octets)];
  const good = enhancedPacket(true, 0, 2n, octets);
  const hostile: [string, Uint8Array, string, number][] = [
    ['a block length of zero', fields(true, [4, 6], [4, 0], [4, 0]), 'loop: pcapng.blockLength 0 < 12', 1],
    ['a block length of eight', fields(true, [4, 0x99], [4, 8], [4, 8]), 'loop: pcapng.blockLength 8 < 12', 1],
    [
      'a block length that is no multiple of four',
      fields(true, [4, 6], [4, 33], [4, 0]),
      'malformed: pcapng.blockLength 33 is no multiple of 4',
      1,
    ],
    [
      'a packet of four gigaoctets',
      fields(true, [4, 6], [4, 0xffff_fffc], [4, 0]),
      'malformed: pcapng.blockLength 4294967292 > 16842752',
      1,
    ],
    ['an unknown block of four gigaoctets', fields(true, [4, 0x99], [4, 0xffff_fffc], [4, 0]), 'truncated: capture', 1],
    ['two lengths that differ', good.with(-4, 0), 'malformed: pcapng.blockLength differs at the end of the block', 1],
    ['a packet shorter than its header', block(true, 6, new Uint8Array(4)), 'overrun: pcapng.blockLength', 2],
    ['more octets captured than the block holds', enhancedPacket(true, 0, 2n, octets, 5), 'overrun: pcapng.blockLength', 2],
    ['an interface that was never described', enhancedPacket(true, 9, 2n, octets), 'malformed: pcapng.interfaceId was never described', 2],
    ['an impossible resolution', interfaceBlock(true, 1, [resolution(true, 0x7f)]), 'malformed: pcapng.if_tsresol 0x7f', 2],
    ['an option longer than its block', interfaceBlock(true, 1, [fields(true, [2, 2], [2, 999])]), 'overrun: pcapng.blockLength', 2],
    [
      'a time after the year 2255',
      enhancedPacket(true, 0, 2n ** 63n, octets),
      'malformed: pcapng.timestamp lies outside the years 1970 to 2255',
      3,
    ],
    ['a section of a future version', section(true, 2), 'unsupported: pcapng.version 2.0', 1],
    ['a section without a byte order', section(true).with(8, 0), 'malformed: pcapng.byteOrderMagic', 1],
    [
      'a packet in a section without an interface',
      join([section(true), block(true, 3, fields(true, [4, 1]))]),
      'malformed: pcapng.simplePacket before any interface',
      1,
    ],
  ];
  for (const [sentence, part, fault, frames] of hostile)
    it(`with ${sentence} keeps what came before`, async () => {
      const capture = await read(...start, part, good);
      assert.equal(faultsOf(capture)[0], fault);
      assert.equal(capture.frames.length, frames);
      assert.equal(capture.octetsRead, join([...start, part, good]).length);
    });

  it('is given up after a thousand faults', async () => {
    const capture = await read(...start, ...Array.from({ length: 3000 }, () => enhancedPacket(true, 9, 2n, octets)), good);
    assert.equal(capture.faults.length, 1001);
    assert.match(capture.faults.at(-1)?.limitedBy ?? '', /more than 1000 faults/);
    assert.equal(capture.frames.length, 1);
  });
});

describe('interface statistics', () => {
  const count = (little: boolean, code: number, value: bigint) => option(little, code, fields(little, [8, value]));
  const statistics = (little: boolean, id: number, ...options: Uint8Array[]) =>
    block(little, 5, fields(little, [4, id], [4, 0], [4, 0]), ...options);

  it('say what each interface lost, the newest block of each, in sections of either byte order', async () => {
    const path = folder.write(
      'lost.pcapng',
      join([
        section(true),
        interfaceBlock(true, 1),
        interfaceBlock(true, 1),
        statistics(true, 0, count(true, 5, 1n)),
        enhancedPacket(true, 0, 1n, octets),
        statistics(true, 0, count(true, 4, 100n), count(true, 5, 7n), count(true, 7, 2n)),
        statistics(true, 1, count(true, 7, 30n)),
        section(false),
        interfaceBlock(false, 1),
        statistics(false, 0, count(false, 5, 400n), count(false, 99, 5n)),
      ]),
    );
    const source = await openCapture(path);
    for await (const _ of source.blocks());
    assert.deepEqual(droppedBefore(source), { byInterface: 407, bySystem: 32 });
    assert.equal(source.statistics?.get(0)?.received, 100);
    assert.deepEqual(source.faults, []);
    await source.close();
  });

  it('of an interface that was never described, or that run past their block, are faults', async () => {
    const capture = await read(
      section(true),
      interfaceBlock(true, 1),
      statistics(true, 3, count(true, 5, 1n)),
      statistics(true, 0, fields(true, [2, 5], [2, 80], [4, 0])),
      enhancedPacket(true, 0, 1n, octets),
    );
    assert.equal(capture.frames.length, 1);
    assert.deepEqual(faultsOf(capture), ['malformed: pcapng.interfaceId was never described', 'overrun: pcapng.blockLength']);
  });
});
