import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { doctorOutput } from '../../src/record/output/doctor.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { yoban } from './run.ts';

describe('yoban doctor', () => {
  it('names an interface that is not there, says that the machine is not ready, and exits with 1', async (t) => {
    const words = ['doctor', '--interface', 'nothere0', '--data', await temporaryFolder(t)];
    const { exitCode, stdout } = await yoban(...words, '--format', 'json');
    const output = doctorOutput.parse(JSON.parse(stdout));
    assert.deepEqual([exitCode, output.ready], [1, false]);
    assert.equal(output.checks.find(({ subject }) => subject === 'nothere0')?.state, 'missing');
    const text = await yoban(...words);
    assert.match(text.stdout, /missing +interface +nothere0/);
    assert.match(text.stdout, /NOT READY/);
  });
  it('looks at the kernel, capabilities, clock, disk, memory, packages and the folder of logs', async (t) => {
    const { stdout } = await yoban('doctor', '--interface', 'lo', '--data', await temporaryFolder(t), '--format', 'json');
    const found = new Set(doctorOutput.parse(JSON.parse(stdout)).checks.map(({ check }) => check));
    for (const check of ['kernel', 'capability', 'interface', 'clock', 'disk', 'memory', 'package', 'logs'])
      assert.ok(found.has(check), check);
  });
});
