import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatAddress } from '../../src/base/address.ts';
import { openCapture } from '../../src/link/captureFile.ts';
import { block, enhancedPacket, fields, interfaceBlock, join, section } from './encodePcap.ts';
import { testFolder } from './readAll.ts';

const folder = testFolder();
const text = new TextEncoder();

const record = (little: boolean, kind: number, value: Uint8Array) =>
  join([fields(little, [2, kind], [2, value.length]), value, new Uint8Array(-value.length & 3)]);
const named = (address: readonly number[], names: string) => join([Uint8Array.from(address), text.encode(names)]);
const v4 = (last: number, names: string) => named([192, 0, 2, last], names);
const v6 = (names: string) => named([0x20, 1, 0xd, 0xb8, ...new Array<number>(11).fill(0), 1], names);
const end = (little: boolean) => fields(little, [4, 0]);

async function read(little: boolean, ...records: Uint8Array[]) {
  const octets = join([
    section(little),
    interfaceBlock(little, 1),
    block(little, 4, ...records),
    enhancedPacket(little, 0, 1n, Uint8Array.of(1)),
  ]);
  const source = await openCapture(folder.write('named.pcapng', octets));
  try {
    let frames = 0;
    for await (const { count } of source.blocks()) frames += count;
    const { names = [], leftOut = 0 } = source.addressNames ?? {};
    return { frames, leftOut, names: names.map(({ address, name }) => `${formatAddress(address)} ${name}`), faults: [...source.faults] };
  } finally {
    await source.close();
  }
}

describe('the name blocks of a pcapng file', () => {
  for (const little of [true, false])
    it(`give their names ${little ? 'little' : 'big'}-endian, several for one address, each once`, async () => {
      const records = [
        record(little, 1, v4(1, 'a.example\0b.example\0')),
        record(little, 3, Uint8Array.of(2, 0, 0, 0, 0, 1, 0x78, 0)),
        record(little, 2, v6('c.example\0')),
        record(little, 1, v4(1, 'a.example\0')),
      ];
      const { frames, names, faults } = await read(little, ...records, end(little), Uint8Array.of(2, 0, 4, 0, 0x61, 0x62, 0x63, 0x64));
      assert.deepEqual(names, ['192.0.2.1 a.example', '192.0.2.1 b.example', '2001:db8::1 c.example']);
      assert.deepEqual([frames, faults], [1, []]);
    });
  it('are read up to a record that is too short or runs past the block, which is a fault, and the frames behind are kept', async () => {
    const short = await read(true, record(true, 1, v4(1, 'a.example\0')), record(true, 2, Uint8Array.of(1, 2, 3, 4)));
    const long = await read(true, record(true, 1, v4(1, 'a.example\0')), fields(true, [2, 1], [2, 400]), v4(2, 'b\0'));
    for (const { frames, names, faults } of [short, long]) {
      assert.deepEqual([frames, names], [1, ['192.0.2.1 a.example']]);
      assert.deepEqual(
        faults.map(({ layer, kind }) => `${layer} ${kind}`),
        ['pcapng overrun'],
      );
    }
  });
  it('are bounded, and what has no room is counted', async () => {
    const records = Array.from({ length: 10_005 }, (_, i) => record(true, 1, v4(i & 0xff, `n${i}.example\0`)));
    const { names, leftOut } = await read(true, ...records);
    assert.deepEqual([names.length, leftOut], [10_000, 5]);
  });
});
