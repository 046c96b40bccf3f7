/**
 * Sends bench frames, in a process of its own. Prints BEGUN with the first frame, and at the end what it sent as JSON.
 *
 * Usage: node sendFrames.js INTERFACE mixed|small|office FRAMES_A_SECOND SECONDS       (0 frames a second: as fast as it goes)
 */

import { FrameSender } from '../lab/frameSender.ts';
import { benchFrames, type FrameKind } from './frames.ts';

const [, , interfaceName = '', kind = 'small', perSecond = '0', seconds = '1'] = process.argv;
const sender = new FrameSender(interfaceName, benchFrames(kind as FrameKind, 8192));
const most = 2_000_000;
const rate = Number(perSecond);
process.stdout.write('BEGUN\n');
const begun = performance.now();
let sent = 0;
if (rate > 0) sent = sender.send(Math.round(rate * Number(seconds)), rate).sent;
else while (performance.now() - begun < Number(seconds) * 1000) sent += sender.send(most / 100).sent;
process.stdout.write(`${JSON.stringify({ sent, seconds: (performance.now() - begun) / 1000 })}\n`);
