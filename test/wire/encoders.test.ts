import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { encodePcap } from '../link/encodePcap.ts';
import { samples } from './samples.ts';
import { tsharkIsMissing } from './tshark.ts';

const framed = samples.flatMap(({ name, frame, tshark }) => (frame && tshark ? [{ name, frame, tshark }] : []));

/** One column list a frame, checksums checked, as tshark judges the frames that the encoders made. */
function judge(columns: readonly string[]): string[][] {
  const folder = mkdtempSync(join(tmpdir(), 'yoban-encoders-'));
  try {
    const path = join(folder, 'samples.pcap');
    const at = (i: number) => 1_700_000_000_000_000_000n + BigInt(i) * 1_000_000_000n;
    const frames = framed.map(({ frame }, i) => ({ at: at(i), octets: frame }));
    writeFileSync(path, encodePcap({ littleEndian: true, nanoseconds: false }, frames));
    const checks = ['ip.check_checksum', 'udp.check_checksum', 'tcp.check_checksum'].flatMap((name) => ['-o', `${name}:TRUE`]);
    // The segments of the samples belong to no stream: their sequence numbers mean nothing.
    checks.push('-o', 'tcp.analyze_sequence_numbers:FALSE', '-o', 'ip.defragment:FALSE', '-o', 'ipv6.defragment:FALSE');
    const args = ['-n', '-r', path, ...checks, '-T', 'fields', '-E', 'separator=/t', ...columns.flatMap((column) => ['-e', column])];
    const text = execFileSync('tshark', args, { stdio: ['ignore', 'pipe', 'ignore'] }).toString('utf8');
    return text
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('Encoders, as tshark reads what they write', { skip: tsharkIsMissing ? 'tshark is missing' : false }, () => {
  // Expert severities: warning 0x600000, error 0x800000. Checksum status: 1 good, 0 bad, 2 unverified.
  const columns = ['frame.protocols', '_ws.malformed', '_ws.expert.severity', '_ws.expert.message'];
  const status = [
    'ip.checksum.status',
    'udp.checksum.status',
    'tcp.checksum.status',
    'icmp.checksum.status',
    'icmpv6.checksum.status',
    'igmp.checksum.status',
  ];
  const judged = judge([...columns, ...status]);

  for (const [i, { name, tshark }] of framed.entries())
    it(`${name} is ${tshark} without complaint and with every checksum right`, () => {
      const [protocols = '', malformed = '', severities = '', messages = '', ...checksums] = judged[i] ?? [];
      assert.equal(protocols.split(':').at(-1), tshark);
      assert.equal(malformed, '');
      const worst = Math.max(0, ...severities.split(',').map(Number));
      assert.ok(worst < 0x600000, `tshark: ${messages}`);
      // The first of a list is the packet's own; a quoted packet's may be unverified because it was cut.
      for (const checksum of checksums) assert.ok(['', '1'].includes(checksum.split(',')[0] ?? ''), `checksum status ${checksum}`);
    });

  it('judges as many frames as there are samples', () => assert.equal(judged.length, framed.length));
});
