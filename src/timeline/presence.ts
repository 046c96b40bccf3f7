/**
 * Who sits at the machine, as far as logons tell: one console and any number of remote sessions.
 *
 * Different logs name one session differently; what begins within a minute is taken as one and ends by any of its names.
 */

import type { Microseconds } from '../base/time.ts';
import type { Confidence, PersonState } from '../record/interval.ts';
import { type PersonEvidence, sameLogonUs } from './personEvidence.ts';

type Console = 'unknown' | 'none' | 'present' | 'locked' | 'idle';

/** More sessions at one time than any host has: of a log that tells of more, the oldest are forgotten. */
const mostSessions = 256;

interface Session {
  readonly keys: Set<string>;
  readonly since: Microseconds;
  locked: boolean;
}

export interface PresenceState {
  readonly state: PersonState;
  readonly confidence: Confidence;
}

export class Presence {
  private console: Console = 'unknown';
  private confidence: Confidence = 'low';
  /** Names of the logon at the console. */
  private consoleKeys = new Set<string>();
  private remotes: Session[] = [];
  /** The console was locked and has not been unlocked since: a key that lights the screen does not unlock it. */
  private lockHeld = false;

  take(evidence: PersonEvidence): void {
    switch (evidence.kind) {
      case 'logon':
        if (evidence.remote) this.remoteLogon(evidence.key, evidence.at);
        else this.consoleLogon(evidence.key, evidence.lasting);
        break;
      case 'logoff':
        this.end(evidence.key, 'none', true);
        break;
      case 'token-end':
        this.end(evidence.key, 'none', false);
        break;
      case 'disconnect':
        this.disconnect(evidence.key, evidence.console);
        break;
      case 'lock':
        this.lock(evidence.key, true);
        break;
      case 'unlock':
        this.lock(evidence.key, false);
        break;
      case 'saver-on':
        this.set('idle', 'medium');
        break;
      case 'saver-off':
        this.set('present', 'high');
        break;
      case 'started':
        this.shutDown(true);
        break;
      case 'log-cleared':
        this.forget();
        break;
      default:
        evidence satisfies never;
    }
  }

  /** Nobody is logged on any more: the machine was shut down. `told`: this log would tell of a logon. */
  shutDown(told: boolean): void {
    this.remotes = [];
    this.consoleKeys = new Set();
    this.lockHeld = false;
    this.set(told ? 'none' : 'unknown', told ? 'medium' : 'low');
  }

  /** Nothing is known any more. */
  forget(): void {
    this.remotes = [];
    this.lockHeld = false;
    this.set('unknown', 'low');
  }

  /** A person's hand did something to the machine itself: a key, the lid, the power button. */
  touched(confidence: Confidence): void {
    this.set(this.lockHeld ? 'locked' : 'present', confidence);
  }

  /** Nobody has touched the console for a while. Remote sessions go on. */
  left(confidence: Confidence): void {
    this.set('idle', confidence);
  }

  /** Connections do not outlive a sleep. */
  dropRemotes(): void {
    this.remotes = [];
  }

  get now(): PresenceState {
    if (this.console === 'present') return { state: 'present', confidence: this.confidence };
    if (this.remotes.some((session) => !session.locked)) return { state: 'remote', confidence: 'high' };
    if (this.console === 'locked') return { state: 'locked', confidence: this.confidence };
    if (this.remotes.length > 0) return { state: 'locked', confidence: 'high' };
    if (this.console === 'unknown') return { state: 'unknown', confidence: 'low' };
    return { state: 'absent', confidence: this.confidence };
  }

  private set(console: Console, confidence: Confidence): void {
    this.console = console;
    this.confidence = confidence;
  }

  private consoleLogon(key: string, lasting: boolean): void {
    // A session that was remote before is at the console now.
    this.remotes = this.remotes.filter((session) => !session.keys.has(key));
    if (lasting) {
      if (this.consoleKeys.size >= mostSessions) this.consoleKeys.clear();
      this.consoleKeys.add(key);
    }
    this.lockHeld = false;
    this.set('present', 'high');
  }

  private remoteLogon(key: string, at: Microseconds): void {
    if (this.consoleKeys.delete(key) && this.console === 'present') this.set('locked', 'medium');
    const known = this.remotes.find((session) => session.keys.has(key) || Math.abs(session.since - at) <= sameLogonUs);
    if (known) {
      if (known.keys.size < mostSessions) known.keys.add(key);
      known.locked = false;
    } else this.remotes = [...this.remotes, { keys: new Set([key]), since: at, locked: false }].slice(-mostSessions);
  }

  /** `all`: a person logged off; else only one of the tokens of a logon ended, of which an administrator has two. */
  private end(key: string, console: Console, all: boolean): void {
    const before = this.remotes.length;
    this.remotes = this.remotes.filter((session) => !session.keys.has(key));
    if (this.remotes.length < before) {
      // Who was only remote leaves nobody behind; what the console was before is not touched.
      if (this.console === 'unknown' && this.remotes.length === 0) this.set('none', 'medium');
      return;
    }
    const known = this.consoleKeys.delete(key);
    if (!all && (!known || [...this.consoleKeys].some((other) => other.startsWith('logon:')))) return;
    if (all) {
      this.consoleKeys = new Set();
      this.lockHeld = false;
    }
    this.set(console, 'high');
  }

  private disconnect(key: string, console: boolean): void {
    const before = this.remotes.length;
    this.remotes = this.remotes.filter((session) => !session.keys.has(key));
    if (this.remotes.length < before) {
      if (this.console === 'unknown' && this.remotes.length === 0) this.set('locked', 'medium');
    } else if (console) this.set('locked', 'medium');
  }

  private lock(key: string, locked: boolean): void {
    const remote = this.remotes.find((session) => session.keys.has(key));
    if (remote) {
      remote.locked = locked;
      return;
    }
    this.lockHeld = locked;
    this.set(locked ? 'locked' : 'present', 'high');
  }
}
