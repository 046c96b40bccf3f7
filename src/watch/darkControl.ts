/** The watch of dark addresses in the running box: a control process for each service port, and its records into the store. */

import { setTimeout as sleep } from 'node:timers/promises';
import { formatAddress, formatMac, type Prefix } from '../base/address.ts';
import { Failure } from '../base/failure.ts';
import { deriveId } from '../base/ids.ts';
import type { Microseconds } from '../base/time.ts';
import { defaultLimits, type Mode } from '../darkspace/claim.ts';
import { type Control, startControl } from '../darkspace/edge/control.ts';
import { defaultEvidence } from '../darkspace/edge/evidenceFiles.ts';
import type { DarkHealth, DarkRecords, DarkWatchOptions } from '../darkspace/edge/message.ts';
import { claimKind, darkKind, visibilityKind } from '../record/dark.ts';
import { type HealthRecord, healthKind } from '../record/health.ts';
import { usageKind } from '../record/usage.ts';
import { rememberedAddresses } from '../store/questions/darkspace.ts';
import type { Store } from '../store/store.ts';
import { DarkBooks } from './darkBooks.ts';
import type { FlowSources } from './flowSources.ts';
import { forgetDark } from './retention.ts';
import type { WatchLog } from './watchLog.ts';

export interface DarkControlOptions {
  readonly sensor: string;
  readonly services: readonly { readonly name: string; readonly vlan: number }[];
  /** IPv4 addresses asked for each second to fill the inventory; 0 for none. */
  readonly sweepPerSecond: number;
  readonly mirrors: readonly string[];
  readonly mode: Mode;
  readonly exclude: readonly Prefix[];
  readonly ownerMemoryUs: Microseconds;
  readonly maxClaimsPerAsker: number;
  /** Where captures of packets to dark addresses are kept, and for how long. */
  readonly evidenceFolder: string;
  readonly evidenceWindowUs: Microseconds;
  /** How long contacts are kept in the store. */
  readonly retentionUs: Microseconds;
  /** What the metering of the mirror ports shows as sources. */
  readonly sources?: FlowSources;
  readonly log: WatchLog;
  readonly signal: AbortSignal;
}

/** Rows that nobody else has committed by then are committed here. */
const commitAfterMs = 2000;
/** One asker is named again after this; the report has them all. */
const sayAgainMs = 60_000;
const mostSaid = 4096;
const forgetEveryMs = 3_600_000;
const restartMs = { first: 1000, longest: 60_000 };

export class DarkControl {
  private readonly controls = new Map<string, Control>();
  private waitingSinceMs: number | undefined;
  private rowsBefore = 0;
  private readonly books = new Map<string, { readonly books: DarkBooks; rowsTaken: number }>();
  private forgetAtMs = 0;
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
      this.passSources();
      await this.commitWhatWaits();
      await this.forget();
    }
    await Promise.all([...this.controls.values()].map((control) => control.close()));
    this.isClosed = true;
    await Promise.all(restarting);
    for (const service of this.books.keys()) this.closeBooks(service);
    await this.store.commit();
  }

  private async keep({ name: service, vlan }: DarkControlOptions['services'][number]): Promise<void> {
    const { log, signal } = this.options;
    for (let waitMs = restartMs.first; !signal.aborted; waitMs = Math.min(waitMs * 2, restartMs.longest)) {
      const startedAtMs = performance.now();
      const failure = await this.watchOnce(service, vlan);
      if (signal.aborted || this.isClosed) return;
      log.warn(`dark addresses are not watched on ${service}: ${failure.message}; ${failure.advice}`);
      if (performance.now() - startedAtMs > restartMs.longest) waitMs = restartMs.first;
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Resolves with what ended it. */
  private async watchOnce(service: string, vlan: number): Promise<Failure> {
    const { log, signal } = this.options;
    let lost: (failure: Failure) => void = () => undefined;
    const ended = new Promise<Failure>((resolve) => {
      lost = resolve;
    });
    const stopped = new Failure('STOPPED', 'the watch was stopped', '');
    signal.addEventListener('abort', () => lost(stopped), { once: true });
    try {
      const now = Date.now() * 1000;
      this.openBooks(service, now);
      const known = await this.store.ask(rememberedAddresses, { since: now - this.options.ownerMemoryUs });
      const control = await startControl(this.controlOptions(service, vlan), known, {
        records: (records) => this.take(service, records),
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

  private controlOptions(service: string, vlan: number): DarkWatchOptions {
    const { sensor, mirrors, sweepPerSecond, mode, exclude, ownerMemoryUs, maxClaimsPerAsker, evidenceFolder, evidenceWindowUs } =
      this.options;
    return {
      sensor,
      service,
      vlan,
      sweepPerSecond,
      mirrors: mirrors.filter((name) => name !== service),
      mode,
      exclude,
      ownerMemoryUs,
      limits: { ...defaultLimits, maxClaimsPerAsker },
      evidence: { folder: evidenceFolder, limits: { ...defaultEvidence, windowUs: evidenceWindowUs } },
    };
  }

  private openBooks(service: string, startedAt: Microseconds): void {
    this.closeBooks(service);
    const { sensor } = this.options;
    const of = { sensor, capture: deriveId('dark', sensor, service, startedAt), interface: service };
    this.books.set(service, { books: new DarkBooks(of, startedAt), rowsTaken: 0 });
  }

  /** A process that was killed has counted on after it told last: what it took with it is in no book. */
  private closeBooks(service: string): void {
    const open = this.books.get(service);
    if (open && this.health.has(service)) this.keepBooks(open.books.close());
    this.books.delete(service);
    this.health.delete(service);
  }

  private keepBooks(rows: readonly HealthRecord[]): void {
    for (const row of rows) this.store.append(healthKind, row);
    if (rows.length > 0) this.awaitCommit();
  }

  /** What was metered is told to the watch of the link that it was seen on. */
  private passSources(): void {
    const seen = this.options.sources?.takeSeen() ?? [];
    if (seen.length === 0) return;
    for (const { name, vlan } of this.options.services)
      this.controls
        .get(name)
        ?.metered(seen.filter((one) => one.vlan === vlan).map(({ address, mac, lastAt }) => ({ address, mac, lastAt })));
  }

  private async forget(): Promise<void> {
    const nowMs = performance.now();
    if (nowMs < this.forgetAtMs) return;
    this.forgetAtMs = nowMs + forgetEveryMs;
    const { retentionUs: darkUs, ownerMemoryUs, log } = this.options;
    await this.store
      .commit(forgetDark({ darkUs, ownerMemoryUs }, Date.now() * 1000))
      .catch((error: Error) => log.error(`what is old is not deleted: ${error.message}`));
  }

  private take(service: string, { usage, claims, dark, visibility }: DarkRecords): void {
    const { store, options } = this;
    const open = this.books.get(service);
    if (open) open.rowsTaken += usage.length + claims.length + dark.length + visibility.length;
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
    this.awaitCommit();
  }

  private awaitCommit(): void {
    if (this.waitingSinceMs !== undefined) return;
    this.waitingSinceMs = performance.now();
    this.rowsBefore = this.store.committedRows;
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
    const open = this.books.get(service);
    if (open) this.keepBooks(open.books.take(health, open.rowsTaken));
    if (health.paused !== null && health.paused !== before?.paused)
      this.options.log.warn(`${service}: nothing is answered: ${health.paused}`);
    for (const note of health.notes.filter((one) => !before?.notes.includes(one))) this.options.log.info(`${service}: ${note}`);
  }
}
