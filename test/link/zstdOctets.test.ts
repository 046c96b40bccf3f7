import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { Fault } from '../../src/base/octets.ts';
import type { OctetSource } from '../../src/link/octetSource.ts';
import { ZstdOctets } from '../../src/link/zstdOctets.ts';
import { encodePcap } from './encodePcap.ts';
import { readAll, testFolder } from './readAll.ts';

const folder = testFolder();
const noZstd = spawnSync('zstd', ['--version']).status === 0 ? false : 'zstd is not installed';

/** Frames of very different content, so that blocks of every type occur. */
const frames = Array.from({ length: 3000 }, (_, i) => ({
  at: BigInt(1_600_000_000 + i) * 1_000_000_000n,
  octets: Uint8Array.from({ length: 60 + (i % 900) }, (__, j) => (i % 3 === 0 ? 0 : i % 3 === 1 ? (j * i * 7919) >>> 5 : j)),
}));
const capture = encodePcap({ littleEndian: true, nanoseconds: false }, frames);

function compress(octets: Uint8Array, ...options: string[]): Buffer {
  const { status, stdout, stderr } = spawnSync('zstd', ['-q', '-c', ...options], { input: octets, maxBuffer: 2 ** 28 });
  assert.equal(status, 0, String(stderr));
  return stdout;
}

async function unpack(octets: Uint8Array): Promise<{ length: number; largest: number; fault: Fault | undefined }> {
  let at = 0;
  const file: OctetSource = {
    octetsRead: 0,
    fault: undefined,
    read: async (into, from, end) => {
      const part = octets.subarray(at, at + end - from);
      into.set(part, from);
      at += part.length;
      return part.length;
    },
    drain: async () => undefined,
    close: async () => undefined,
  };
  const source = new ZstdOctets(file, new Uint8Array(0));
  const into = new Uint8Array(4 * 1024 * 1024);
  let [length, largest] = [0, 0];
  for (;;) {
    const count = await source.read(into, 0, into.length);
    if (count === 0) return { length, largest, fault: source.fault };
    length += count;
    largest = Math.max(largest, count);
  }
}

const frameHead = (windowDescriptor: number) => [0x28, 0xb5, 0x2f, 0xfd, 0x00, windowDescriptor];
const block = (size: number, type: number, isLast: boolean) => {
  const head = (size << 3) | (type << 1) | (isLast ? 1 : 0);
  return [head & 0xff, (head >>> 8) & 0xff, head >>> 16];
};

describe('a capture compressed with zstd', { skip: noZstd }, () => {
  const forms: [string, () => Uint8Array][] = [
    ['at the lowest level', () => compress(capture, '-1')],
    ['at the highest usual level, with a checksum', () => compress(capture, '-19', '--check')],
    ['with a window of 128 MB', () => compress(capture, '--long=27')],
    ['in two frames', () => Buffer.concat([compress(capture.subarray(0, 70_000)), compress(capture.subarray(70_000))])],
    ['behind a frame to be skipped', () => Buffer.concat([Buffer.from('5a2a4d1803000000616263', 'hex'), compress(capture)])],
  ];
  for (const [how, make] of forms)
    it(`is read like the capture itself: ${how}`, async () => {
      const plain = await readAll(folder.write('plain.pcap', capture));
      const packed = await readAll(folder.write('packed.pcap.zst', make()));
      assert.deepEqual([packed.frames, packed.faults], [plain.frames, []]);
    });

  it('keeps every frame before a cut, and says that it was cut', async () => {
    const packed = compress(capture, '-3');
    let before = 0;
    for (let cut = 200; cut < packed.length; cut += Math.ceil(packed.length / 40)) {
      const read = await readAll(folder.write('cut.zst', packed.subarray(0, cut))).catch(() => undefined);
      if (!read) continue;
      assert.ok(read.frames.length >= before);
      assert.ok(read.faults.some(({ layer, kind }) => layer === 'zstd' && kind === 'truncated'));
      before = read.frames.length;
    }
    assert.ok(before > 0);
  });

  it('never throws over what is damaged, and some of it is still read', async () => {
    const packed = compress(capture, '-3');
    let accepted = 0;
    for (let i = 0; i < 300; i++) {
      const damaged = Buffer.from(packed);
      const at = (i * 7919) % damaged.length;
      damaged[at] = (damaged[at] as number) ^ (1 << (i % 8));
      const { length, fault } = await unpack(damaged);
      if (length > 0 && fault !== undefined) accepted++;
    }
    assert.ok(accepted > 0);
  });
});

describe('a hostile zstd stream', () => {
  it('gives a bomb in pieces of less than a mebibyte', async () => {
    const rle = [...block(128 * 1024, 1, false), 0];
    const bomb = Uint8Array.from([...frameHead(0x58), ...Array.from({ length: 500 }, () => rle).flat(), ...block(0, 0, true)]);
    const { length, largest, fault } = await unpack(bomb);
    assert.deepEqual([length, fault], [500 * 128 * 1024, undefined]);
    assert.ok(largest < 1024 * 1024);
  });
  it('is refused a window that would take more memory than is given', async () => {
    const { fault } = await unpack(Uint8Array.from([...frameHead(0xf8), ...block(0, 0, true)]));
    assert.deepEqual([fault?.layer, fault?.kind], ['zstd', 'unsupported']);
  });
  it('may not keep the box busy with blocks of nothing in a large window', async () => {
    const crumbs = Array.from({ length: 5000 }, () => [...block(1, 1, false), 7]).flat();
    const { length, fault } = await unpack(Uint8Array.from([...frameHead(0x70), ...crumbs]));
    assert.deepEqual([fault?.layer, fault?.kind], ['zstd', 'malformed']);
    assert.ok(length < 5000);
  });
  for (const [what, octets] of [
    ['a reserved block type', [...frameHead(0x08), ...block(4, 3, true), 1, 2, 3, 4]],
    ['a block that is too large', [...frameHead(0x08), ...block(200 * 1024, 0, true)]],
    ['the reserved bit', [0x28, 0xb5, 0x2f, 0xfd, 0x08, 0x08, 1, 0, 0]],
    ['what follows its frame', [...frameHead(0x08), ...block(0, 0, true), 1, 2, 3, 4]],
  ] as [string, number[]][])
    it(`says what is wrong with ${what}`, async () => {
      const { fault } = await unpack(Uint8Array.from(octets));
      assert.ok(fault instanceof Fault);
      assert.equal(fault.kind, 'malformed');
    });
});
