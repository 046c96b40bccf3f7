/**
 * Watches an interface until it is interrupted, in a process of its own, because libpcap's state is read from /sys. Prints what is told, and how
 * many frames have come.
 *
 * Usage: node superviseInterface.js INTERFACE ring|libpcap|auto
 */

import { setImmediate } from 'node:timers/promises';
import type { LiveOptions } from '../../src/link/liveSource.ts';
import { SupervisedSource } from '../../src/link/supervisedSource.ts';

const [, , name = '', source = 'auto'] = process.argv;
let frames = 0;
let isStopped = false;
const say = (line: string) => process.stdout.write(`${line}\n`);
const options: LiveOptions = {
  interface: name,
  source: source as LiveOptions['source'],
  filter: '',
  ringMiB: 4,
  retireMs: 4,
  promiscuous: true,
};
const supervised = new SupervisedSource(options, ({ kind, message }) => say(`${kind} ${message}`));
process.on('SIGINT', () => {
  isStopped = true;
});
say('watching');
while (!isStopped) {
  const count = supervised.poll(20)?.count ?? 0;
  frames += count;
  if (count > 0) say(`frames ${frames}`);
  await setImmediate();
}
say(`stopped ${frames} ${JSON.stringify(supervised.statistics())}`);
supervised.close();
