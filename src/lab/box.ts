/** The box of the lab: the control process in its namespace, and what it told. */

import type { Prefix } from '../base/address.ts';
import { day } from '../base/time.ts';
import { type ClaimLimits, defaultLimits, type Mode } from '../darkspace/claim.ts';
import { type Control, startControl } from '../darkspace/edge/control.ts';
import { defaultEvidence } from '../darkspace/edge/evidenceFiles.ts';
import type { DarkHealth, SeenAddress } from '../darkspace/edge/message.ts';
import type { ClaimRecord, DarkRecord, VisibilityRecord } from '../record/dark.ts';
import type { UsageRecord } from '../record/usage.ts';
import { mirror, type Network, service } from './network.ts';

export interface BoxOptions {
  readonly mode?: Mode;
  readonly limits?: Partial<ClaimLimits>;
  readonly exclude?: readonly Prefix[];
  readonly vlan?: number;
  readonly sweepPerSecond?: number;
  /** Folder for captures of packets to dark addresses. */
  readonly evidence?: string;
}

export class Box {
  readonly usage: UsageRecord[] = [];
  readonly claims: ClaimRecord[] = [];
  readonly dark: DarkRecord[] = [];
  readonly visibility: VisibilityRecord[] = [];
  health: DarkHealth | undefined;
  /** Why the control process ended though nobody asked it to. */
  lost: string | undefined;

  private constructor(private readonly running: { control: Control | undefined }) {}

  static async start(network: Network, options: BoxOptions = {}): Promise<Box> {
    const running: { control: Control | undefined } = { control: undefined };
    const box = new Box(running);
    const { mode = 'answer', limits = {}, exclude = [], vlan = 0, sweepPerSecond = 0, evidence } = options;
    // The process is forked before the first wait, and stays in the namespace in which it was forked.
    const starting = network.inside(network.box, () =>
      startControl(
        {
          sensor: 'lab',
          service: service.name,
          mirrors: [mirror],
          vlan,
          sweepPerSecond,
          mode,
          exclude,
          ownerMemoryUs: 30 * day,
          limits: { ...defaultLimits, ...limits },
          evidence: evidence === undefined ? null : { folder: evidence, limits: defaultEvidence },
        },
        [],
        {
          records: (records) => {
            box.usage.push(...records.usage);
            box.claims.push(...records.claims);
            box.dark.push(...records.dark);
            box.visibility.push(...records.visibility);
          },
          health: (health) => {
            box.health = health;
          },
          lost: (failure) => {
            box.lost = failure.message;
          },
        },
      ),
    );
    running.control = await starting;
    return box;
  }

  /** As the metering of the mirror port tells it. */
  metered(addresses: readonly SeenAddress[]): void {
    this.running.control?.metered(addresses);
  }

  /** Resolves once everything was told. */
  async close(): Promise<void> {
    const { control } = this.running;
    this.running.control = undefined;
    await control?.close();
  }
}
