/** `clock`: what time it is by the clock of a host, as the host itself said on the wire. */

import { z } from 'zod';
import { address, choice, count, instant, mac, text } from './field.ts';
import { defineKind, type RecordOf } from './kind.ts';

export const clockKind = defineKind({
  name: 'clock',
  nature: 'fact',
  description: 'A host sent the time of its own clock. Written at most once for each UTC minute (for `tls`: five), address and protocol.',
  identity: ['capture', 'frame', 'mac', 'protocol'],
  schema: z.strictObject({
    capture: text('The capture that holds the frame.'),
    frame: count('Position of the frame in its capture, from 1.'),
    mac: mac('MAC address on the side of the host: of a host beyond a router, that of the router.'),
    address: address('IP address of the host whose clock it is.'),
    hostTime: instant('What its clock said.'),
    capturedAt: instant('When the frame was captured, by the clock of the sensor.'),
    protocol: choice(
      ['ntp', 'smb2', 'kerberos', 'kerberos-client', 'tls'],
      'Where it stood: NTP transmit time, SMB2 NEGOTIATE SystemTime, KRB-ERROR stime of its sender, KRB-ERROR ctime of its receiver, gmt_unix_time of a ClientHello.',
    ),
  }),
});
export type ClockRecord = RecordOf<typeof clockKind>;
