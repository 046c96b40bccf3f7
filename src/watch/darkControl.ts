/** The watch of dark addresses in the running box: a control process for each service port, and its records into the store. */

import { setTimeout as sleep } from 'node:timers/promises';
import { formatAddress, formatMac, type Prefix } from '../base/address.ts';
import { Failure } from '../base/failure.ts';
import type { Microseconds } from '../base/time.ts';
import { defaultLimits, type Mode } from '../darkspace/claim.ts';
import { type Control, startControl } from '../darkspace/edge/control.ts';
import { defaultEvidence } from '../darkspace/edge/evidenceFiles.ts';
import type { DarkHealth, DarkRecords, DarkWatchOptions } from '../darkspace/edge/message.ts';
import { claimKind, darkKind, visibilityKind } from '../record/dark.ts';
import { usageKind } from '../record/usage.ts';
import { rememberedAddresses } from '../store/questions/darkspace.ts';
import type { Store } from '../store/store.ts';
import type { WatchLog } from './watchLog.ts';

export interface DarkControlOptions {
  readonly sensor: string;
  readonly services: readonly string[];
  readonly mirrors: readonly string[];
  readonly mode: Mode;
  readonly exclude: readonly Prefix[];
  readonly ownerMemoryUs: Microseconds;
  readonly maxClaimsPerAsker: number;
  /** Where captures of packets to dark addresses are kept, and for how long. */
  readonly evidenceFolder: string;
  readonly evidenceWindowUs: Microseconds;
  readonly log: WatchLog;
  readonly signal: AbortSignal;
}

/** Rows that nobody else has committed by then are committed here. */
const commitAfterMs = 2000;
/** One asker is named again after this; the report has them all. */
const sayAgainMs = 60_000;
const mostSaid = 4096;
const restartMs = { first: 1000, longest: 60_000 };

export class DarkControl {
  private readonly controls = new Map<string, Control>();
  private waitingSinceMs: number | undefined;
  private rowsBefore = 0;
  /** The latest of each service port. */
  readonly health = new Map<string, DarkHealth>();
  private isClosed = false;
  private readonly said = new Map<number, { readonly atMs: number; more: number }>();

  constructor(
    private readonly store: Store,
    private readonly options: DarkControlOptions,
  ) {}

  /** A port that cannot be watched is said in the log and tried again: the capture of the mirror ports goes on without it. */
  async run(): Promise<void> {
    const { signal, services } = this.options;
    const restarting = services.map((service) => this.keep(service));
    while (!signal.aborted) {
      await sleep(500, undefined, { signal }).catch(() => undefined);
      await this.commitWhatWaits();
    }
    await Promise.all([...this.controls.values()].map((control) => control.close()));
    this.isClosed = true;
    await Promise.all(restarting);
    await this.store.commit();
  }

  private async keep(service: string): Promise<void> {
    const { log, signal } = this.options;
    for (let waitMs = restartMs.first; !signal.aborted; waitMs = Math.min(waitMs * 2, restartMs.longest)) {
      const startedAtMs = performance.now();
      const failure = await this.watchOnce(service);
      if (signal.aborted || this.isClosed) return;
      log.warn(`dark addresses are not watched on ${service}: ${failure.message}; ${failure.advice}`);
      if (performance.now() - startedAtMs > restartMs.longest) waitMs = restartMs.first;
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Resolves with what ended it. */
  private async watchOnce(service: string): Promise<Failure> {
    const { log, signal } = this.options;
    let lost: (failure: Failure) => void = () => undefined;
    const ended = new Promise<Failure>((resolve) => {
      lost = resolve;
    });
    const stopped = new Failure('STOPPED', 'the watch was stopped', '');
    signal.addEventListener('abort', () => lost(stopped), { once: true });
    try {
      const now = Date.now() * 1000;
      const known = await this.store.ask(rememberedAddresses, { since: now - this.options.ownerMemoryUs });
      const control = await startControl(this.controlOptions(service), known, {
        records: (records) => this.take(records),
        health: (health) => this.heard(service, health),
        lost,
      });
      this.controls.set(service, control);
      if (signal.aborted) {
        await control.close();
        return stopped;
      }
      log.info(`watching ${service} for dark addresses`, { mode: this.options.mode, addressesKnown: known.length });
      const failure = await ended;
      if (failure !== stopped) this.controls.delete(service);
      return failure;
    } catch (error) {
      return error instanceof Failure ? error : new Failure('CONTROL_FAILED', (error as Error).message, 'report it');
    }
  }

  private controlOptions(service: string): DarkWatchOptions {
    const { sensor, mirrors, mode, exclude, ownerMemoryUs, maxClaimsPerAsker, evidenceFolder, evidenceWindowUs } = this.options;
    return {
      sensor,
      service,
      mirrors: mirrors.filter((name) => name !== service),
      mode,
      exclude,
      ownerMemoryUs,
      limits: { ...defaultLimits, maxClaimsPerAsker },
      evidence: { folder: evidenceFolder, limits: { ...defaultEvidence, windowUs: evidenceWindowUs } },
    };
  }

  private take({ usage, claims, dark, visibility }: DarkRecords): void {
    const { store, options } = this;
    for (const row of usage) store.append(usageKind, row);
    for (const row of claims) store.append(claimKind, row);
    for (const row of visibility) {
      store.append(visibilityKind, row);
      if (row.verdict === 'blind' || row.verdict === 'partly') options.log.warn(`${row.interface}: ${row.verdict}: ${row.because}`);
      else options.log.info(`${row.interface}: visibility: ${row.verdict}: ${row.because}`);
    }
    for (const row of dark) {
      store.append(darkKind, row);
      if (row.slice === 0) this.say(row);
    }
    if (this.waitingSinceMs !== undefined) return;
    this.waitingSinceMs = performance.now();
    this.rowsBefore = store.committedRows;
  }

  /** A sweep is one line now and then, not two hundred. */
  private say({ askerMac, askerAddress, target, mode, interface: service }: DarkRecords['dark'][number]): void {
    const now = performance.now();
    const said = this.said.get(askerMac);
    if (said !== undefined && now - said.atMs < sayAgainMs) {
      said.more++;
      return;
    }
    if (this.said.size >= mostSaid) this.said.clear();
    this.said.set(askerMac, { atMs: now, more: 0 });
    const what = mode === 'answer' ? 'asked for' : 'asked for (dry-run, not answered)';
    this.options.log.warn(`${formatMac(askerMac)} ${formatAddress(askerAddress)} ${what} ${formatAddress(target)}, which nobody has`, {
      service,
    });
  }

  /** Rows are committed with the facts of the capture, together with its books; here only where nothing is captured at the moment. */
  private async commitWhatWaits(): Promise<void> {
    if (this.waitingSinceMs === undefined || performance.now() - this.waitingSinceMs < commitAfterMs) return;
    this.waitingSinceMs = undefined;
    if (this.store.committedRows !== this.rowsBefore) return;
    await this.store.commit().catch((error: Error) => this.options.log.error(`dark addresses are not stored: ${error.message}`));
  }

  private heard(service: string, health: DarkHealth): void {
    const before = this.health.get(service);
    this.health.set(service, health);
    if (health.paused !== null && health.paused !== before?.paused)
      this.options.log.warn(`${service}: nothing is answered: ${health.paused}`);
    for (const note of health.notes.filter((one) => !before?.notes.includes(one))) this.options.log.info(`${service}: ${note}`);
  }
}
