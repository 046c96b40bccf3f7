/** `capture`: one file that was read, or one live session. Idempotence comes from here. */

import { z } from 'zod';
import { choice, count, instant, json, text } from './field.ts';
import { defineKind, type RecordOf } from './kind.ts';

export const faultCount = z.strictObject({ layer: z.string(), kind: z.string(), count: z.number().int().nonnegative() });
export type FaultCount = z.infer<typeof faultCount>;

export const captureKind = defineKind({
  name: 'capture',
  nature: 'fact',
  description: 'One capture file or log file that was read, or one live session of one interface.',
  identity: ['id'],
  schema: z.strictObject({
    id: text('Derived from the content (SHA-256), or from sensor, interface and start.'),
    sensor: text('Name of the box, from the configuration.'),
    kind: choice(['capture', 'log', 'live'], 'Where the records come from.'),
    format: text('`pcap`, `pcapng`, `wevtutil-xml`, …; for a live session the kind of source.'),
    name: text('Name of the file without its folder, or of the interface.'),
    state: choice(
      ['reading', 'complete', 'cut'],
      '`reading`: a file that was not read to its end, whose rows are deleted when it is read again, or a live session that goes on; `cut`: a live session that ended without being closed.',
    ),
    contentSha256: text('SHA-256 of all octets consumed, 64 hexadecimal digits.').nullable(),
    octets: count('Octets of the file consumed.'),
    linkTypes: json(z.array(z.number().int()), 'LINKTYPE_ numbers of its interfaces.'),
    frames: count('Frames read.'),
    records: count('Log records read.'),
    firstAt: instant('Earliest time stamp in it.').nullable(),
    lastAt: instant('Latest time stamp in it.').nullable(),
    faults: json(z.array(faultCount), 'Faults by layer and kind.'),
  }),
});
export type CaptureRecord = RecordOf<typeof captureKind>;
