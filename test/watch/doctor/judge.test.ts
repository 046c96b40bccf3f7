import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Check } from '../../../src/record/output/doctor.ts';
import {
  judgeCapabilities,
  judgeClock,
  judgeDisk,
  judgeInterface,
  judgeKernel,
  judgeLogFolder,
  judgeMemory,
  judgeOffloads,
  judgePackage,
  judgeVisibility,
} from '../../../src/watch/doctor/judge.ts';

const status = (mask: string) => `Name:\tnode\nCapPrm:\t000001ffffffffff\nCapEff:\t${mask}\nCapBnd:\t0\n`;
const up = { name: 'eth1', exists: true, isUp: true, carrier: true, mtu: 1500 };
const koffi = { name: 'koffi', purpose: 'the ring', isNeeded: true };
const features = (gro: string, lro: string) =>
  `Features for eth1:\nrx-checksumming: on\ngeneric-receive-offload: ${gro}\nlarge-receive-offload: ${lro}\n`;

const rows: readonly [sentence: string, check: Check | undefined, state: Check['state'], advice: RegExp | null][] = [
  ['Linux 6.1', judgeKernel('linux', '6.1.0-18-amd64'), 'good', null],
  ['Linux 4.19', judgeKernel('linux', '4.19.0'), 'missing', /newer kernel/],
  ['another system', judgeKernel('darwin', '22.1.0'), 'missing', /Linux/],
  ['root', judgeCapabilities(status('000001ffffffffff'), '/usr/bin/node')[1], 'good', null],
  ['a user without CAP_NET_RAW', judgeCapabilities(status('0000000000001000'), '/usr/bin/node')[1], 'missing', /setcap .*\/usr\/bin\/node/],
  ['a user with CAP_NET_ADMIN', judgeCapabilities(status('0000000000001000'), '/usr/bin/node')[0], 'good', null],
  ['a status without capabilities', judgeCapabilities('', 'node')[0], 'unknown', /root/],
  ['an interface that is up', judgeInterface(up), 'good', null],
  ['no such interface', judgeInterface({ ...up, exists: false }), 'missing', /ip link/],
  ['an interface that is down', judgeInterface({ ...up, isUp: false }), 'missing', /ip link set dev eth1 up/],
  ['an interface without a link', judgeInterface({ ...up, carrier: false }), 'warning', /cable/],
  ['no offloads', judgeOffloads('eth1', features('off', 'off [fixed]')), 'good', null],
  ['GRO', judgeOffloads('eth1', features('on', 'off')), 'warning', /^ethtool -K eth1 gro off$/],
  ['GRO and LRO', judgeOffloads('eth1', features('on', 'on')), 'warning', /^ethtool -K eth1 gro off lro off$/],
  ['LRO that is fixed', judgeOffloads('eth1', features('off', 'on [fixed]')), 'warning', /another port/],
  ['no ethtool', judgeOffloads('eth1', undefined), 'unknown', /apt-get install ethtool/],
  ['a clock that is synchronized', judgeClock('yes'), 'good', null],
  ['a clock that is not', judgeClock('no'), 'warning', /set-ntp/],
  ['a clock of which nothing is known', judgeClock(undefined), 'unknown', /timesyncd/],
  ['room on the disk', judgeDisk('/data', 50 * 1024 ** 3, true), 'good', null],
  ['little room', judgeDisk('/data', 2 * 1024 ** 3, true), 'warning', /free some space/],
  ['no room', judgeDisk('/data', 1024 ** 2, true), 'missing', /free some space/],
  ['a folder that cannot be written', judgeDisk('/data', 50 * 1024 ** 3, false), 'missing', /--data/],
  ['memory enough', judgeMemory(4 * 1024 ** 3, 2, 64, 1_000_000), 'good', null],
  ['too little memory', judgeMemory(1024 ** 3, 2, 64, 1_000_000), 'warning', /ringMiB/],
  ['a package that is there', judgePackage(koffi, true), 'good', null],
  ['a package that is needed and not there', judgePackage(koffi, false), 'missing', /npm install koffi/],
  ['a package that would be good to have', judgePackage({ ...koffi, isNeeded: false }, false), 'warning', /npm install koffi/],
  ['a folder for logs', judgeLogFolder('./logs', true), 'good', null],
  ['no folder for logs', judgeLogFolder('./logs', false), 'warning', /mkdir -p/],
  ['a link that is heard', judgeVisibility([{ interface: 'svc0', verdict: 'sees', because: '16 of 16' }])[0], 'good', null],
  ['a link that is hidden', judgeVisibility([{ interface: 'svc0', verdict: 'blind', because: 'none' }])[0], 'warning', /MLD snooping/],
  [
    'a link that is heard in part',
    judgeVisibility([{ interface: 'svc0', verdict: 'partly', because: '3' }])[0],
    'warning',
    /mirror the ports/,
  ],
  ['a link that was never measured', judgeVisibility([])[0], 'unknown', /yoban observe/],
];

describe('the doctor', () => {
  for (const [sentence, check, state, advice] of rows)
    it(`calls ${sentence} ${state}`, () => {
      assert.equal(check?.state, state);
      if (advice === null) assert.equal(check?.advice, null);
      else assert.match(check?.advice ?? '', advice);
    });
});
