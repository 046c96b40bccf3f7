import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { CaptureError } from '../../src/link/captureError.ts';
import { PcapngWriter } from '../../src/link/pcapngWriter.ts';
import { readAll, testFolder } from './readAll.ts';
import { missingTool } from './tool.ts';

const folder = testFolder();
const described = { linkType: 1, interfaceName: 'mirror', snapLength: 262_144 };
const frames = Array.from({ length: 2000 }, (_, i) => ({
  at: 1_610_236_800_000_000 + i * 1_000_003,
  octets: new Uint8Array(14 + (i % 1400)).fill(i),
}));

async function write(name: string): Promise<string> {
  const path = join(folder.path, name);
  const writer = await PcapngWriter.open(path, described);
  for (const { at, octets } of frames) writer.write(at, octets);
  writer.write(1, new Uint8Array(262_140), 400_000);
  await writer.close();
  return path;
}

describe('the pcapng writer', () => {
  it('writes what the reader reads', async () => {
    const read = await readAll(await write('a.pcapng'));
    assert.deepEqual(read.faults, []);
    assert.deepEqual(
      read.interfaces.map(({ linkType, name, snapLength }) => ({ linkType, interfaceName: name, snapLength })),
      [described],
    );
    assert.equal(read.frames.length, frames.length + 1);
    for (const [i, { at, octets }] of frames.entries()) {
      assert.deepEqual([read.frames[i]?.capturedAtUs, read.frames[i]?.octets], [at, Buffer.from(octets).toString('hex')]);
    }
    assert.deepEqual([read.frames.at(-1)?.originalLength, read.frames.at(-1)?.octets.length], [400_000, 524_280]);
  });

  it('writes the same octets for the same frames', async () => {
    assert.ok(readFileSync(await write('b.pcapng')).equals(readFileSync(await write('c.pcapng'))));
  });

  it('writes what capinfos reads', { skip: missingTool('capinfos') }, async () => {
    const told = execFileSync('capinfos', ['-M', '-c', '-a', '-e', '-S', await write('d.pcapng')], { encoding: 'utf8' });
    assert.match(told, /Number of packets:\s+2001/);
    assert.match(told, /First packet time:\s+0\.000001/);
  });

  it('may be closed twice', async () => {
    const writer = await PcapngWriter.open(join(folder.path, 'e.pcapng'), described);
    await writer.close();
    await writer.close();
    assert.equal((await readAll(join(folder.path, 'e.pcapng'))).frames.length, 0);
  });

  it('refuses a folder that is not there, and a full disk', async (t) => {
    const isWriteError = (error: unknown) => error instanceof CaptureError && error.code === 'CAPTURE_WRITE_FAILED';
    await assert.rejects(PcapngWriter.open(join(folder.path, 'no', 'x.pcapng'), described), isWriteError);
    if (process.platform !== 'linux') return t.skip('needs /dev/full');
    const writer = await PcapngWriter.open('/dev/full', described);
    await assert.rejects(writer.close(), (error) => isWriteError(error) && /make room/.test((error as CaptureError).advice));
  });
});
