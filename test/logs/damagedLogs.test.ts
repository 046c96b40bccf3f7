/** EVTX with octets flipped at random: no throw, no hang, no memory that grows. `make fuzz` reads more than 100,000 variants. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { encodeEvtx } from '../../src/scenario/evtx/evtxFile.ts';
import { powerStories } from '../../src/scenario/power/powerStories.ts';
import { sharedData, skipWithout } from '../repositoryRoot.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import type { DamageReport } from './damagedLogs.ts';

const variants = Math.max(400, Number(process.env.YOBAN_FUZZ_RUNS ?? 0) * 4);
/** Growth of the heap over the last nine tenths of a run: what a reader that kept anything of each variant would pass at once. */
const mostGrowth = 4 * 1024 * 1024;
const program = join(dirname(fileURLToPath(import.meta.url)), 'damagedLogs.js');

async function damage(seed: number, paths: readonly string[]): Promise<DamageReport> {
  const words = ['--expose-gc', '--enable-source-maps', program, String(variants), String(seed), ...paths];
  // A hang ends here, far beyond what the variants take.
  const { stdout } = await promisify(execFile)(process.execPath, words, { timeout: 60_000 + variants * 200, maxBuffer: 2 ** 20 });
  return JSON.parse(stdout) as DamageReport;
}

function check({ variants: read, parsed, failed, heaps }: DamageReport): void {
  assert.equal(read, variants);
  assert.ok(parsed > variants * 5 && failed > variants / 4, `${parsed} parsed, ${failed} failed: the flips did reach the records`);
  assert.equal(heaps.length, 10);
  const growth = (heaps.at(-1) as number) - (heaps[0] as number);
  assert.ok(growth < mostGrowth, `the heap grew by ${growth} octets: ${heaps.join(' ')}`);
}

describe('damaged EVTX', () => {
  it('of real machines is read without a throw, a hang, or memory that grows', { skip: skipWithout('evtx') }, async () => {
    const folder = join(sharedData, 'evtx');
    const real = readdirSync(folder).filter((name) => name.endsWith('.evtx'));
    check(
      await damage(
        11,
        real.map((name) => join(folder, name)),
      ),
    );
  });

  it('of stories is read likewise', async (t) => {
    const path = join(await temporaryFolder(t), 'stories.evtx');
    const events = Object.values(powerStories).flatMap((tell) => tell(1).logs.flatMap((log) => log.events));
    writeFileSync(path, encodeEvtx(events.map((event, i) => ({ ...event, recordId: i + 1 }))));
    check(await damage(12, [path]));
  });
});
