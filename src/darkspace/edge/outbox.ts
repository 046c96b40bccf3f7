/**
 * What is to be sent and has not left yet. It leaves together, after the machine has decided: the machine is told of what could not be
 * sent. How much comes into it is bounded by the budgets of the machine and the pace of the sweep.
 */

import type { Address } from '../../base/address.ts';
import type { OutgoingFrame, Transmitter } from '../../link/transmitter.ts';
import { frameOf } from '../answerFrame.ts';
import type { Action } from '../claim.ts';
import type { ServicePort } from './servicePort.ts';

export class Outbox {
  private readonly waiting: { readonly outgoing: OutgoingFrame; readonly probed: Address | undefined }[] = [];
  private readonly probesFailed: Address[] = [];

  /** Without a transmitter nothing leaves. */
  constructor(
    private readonly port: ServicePort,
    private readonly transmitter: Transmitter | undefined,
  ) {}

  put(action: Action): void {
    const probed = action.kind === 'probe' ? action.target : undefined;
    const outgoing = frameOf(action, this.port.speaker);
    if (outgoing) this.waiting.push({ outgoing, probed });
    else if (probed !== undefined) this.probesFailed.push(probed);
  }

  /** Sends everything. Returns the addresses that were to be asked for and were not, since the last call. */
  send(): Address[] {
    const leaving = this.waiting.splice(0);
    const taken = this.transmitter?.sendAll(leaving.map(({ outgoing }) => outgoing)) ?? [];
    for (const [i, { probed }] of leaving.entries()) if (probed !== undefined && !taken[i]) this.probesFailed.push(probed);
    return this.probesFailed.splice(0);
  }
}
