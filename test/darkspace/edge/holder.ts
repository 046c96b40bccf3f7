/** A process that holds a watch of dark addresses, to be killed. */

import { defaultLimits } from '../../../src/darkspace/claim.ts';
import { startControl } from '../../../src/darkspace/edge/control.ts';
import { mirror, service } from '../../../src/lab/network.ts';

await startControl(
  {
    sensor: 'lab',
    service: service.name,
    mirrors: [mirror],
    vlan: 0,
    sweepPerSecond: 0,
    mode: 'answer',
    exclude: [],
    ownerMemoryUs: 3_600_000_000,
    limits: defaultLimits,
    evidence: null,
  },
  [],
  {
    records: () => undefined,
    health: ({ paused }) => process.stdout.write(paused === null ? 'READY\n' : `${paused}\n`),
    lost: (failure) => process.stdout.write(`LOST ${failure.message}\n`),
  },
);
