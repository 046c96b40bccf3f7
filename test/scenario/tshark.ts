/** tshark as the independent reader of generated captures. */

import { execFileSync } from 'node:child_process';

const checked = ['ip', 'tcp', 'udp'].flatMap((protocol) => ['-o', `${protocol}.check_checksum:TRUE`]);

/** One row for each frame that `filter` lets through; a field that occurs several times is joined by commas. */
export function tshark(capture: string, filter: string, fields: readonly string[]): string[][] {
  const wanted = fields.flatMap((field) => ['-e', field]);
  const told = execFileSync('tshark', ['-n', '-r', capture, ...checked, '-Y', filter, '-T', 'fields', ...wanted], {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return told
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t'));
}

/** Frames that are malformed, damaged, or wrong in a checksum; retransmissions and other oddities of TCP count too. */
export const badFrames =
  '_ws.malformed or _ws.short or ip.checksum.status==0 or tcp.checksum.status==0 or udp.checksum.status==0 or icmp.checksum.status==0 or tcp.analysis.flags';
