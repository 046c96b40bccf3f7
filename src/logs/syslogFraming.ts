/**
 * Cuts a stream of syslog over TCP into messages (RFC 6587): octet counting (§3.4.1), or an end of line behind each message
 * (§3.4.2). A sender may use either, and the first character of every message tells which.
 */

import { type Fault, malformed } from '../base/octets.ts';
import { longestMessage } from './eventSyslog.ts';

const lineFeed = 0x0a;
const space = 0x20;
/** `262144 ` is the longest count that may be. */
const mostDigits = 7;
const none = new Uint8Array(0);

export class SyslogFraming {
  private octets: Uint8Array = none;
  /** Inside of a line that is too long, up to its end. */
  private skipping = false;

  /** Messages that became complete, decoded as UTF-8. A fault: the stream cannot be cut any further, and is to be closed. */
  push(piece: Uint8Array): { readonly messages: string[]; readonly fault: Fault | undefined } {
    const all = new Uint8Array(this.octets.length + piece.length);
    all.set(this.octets);
    all.set(piece, this.octets.length);
    const messages: string[] = [];
    let at = 0;
    let fault: Fault | undefined;
    while (at < all.length && !fault) {
      const first = all[at] as number;
      if (first === lineFeed || first === 0x0d || first === 0) {
        this.skipping &&= first !== lineFeed;
        at++;
        continue;
      }
      const isCounted = !this.skipping && first >= 0x31 && first <= 0x39;
      const cut = isCounted ? counted(all, at) : this.line(all, at);
      if (cut === undefined) break;
      if ('layer' in cut) fault = cut;
      else {
        if (cut.text !== undefined) messages.push(cut.text);
        at = cut.next;
      }
    }
    this.octets = fault ? none : all.slice(at);
    return { messages, fault };
  }

  /** What is left when the sender closes: a line without its end is a message all the same. */
  end(): string[] {
    const left = this.octets;
    this.octets = none;
    return left.length === 0 || this.skipping || (left[0] as number) !== 0x3c ? [] : [decode(left, 0, left.length)];
  }

  private line(octets: Uint8Array, at: number): Cut | undefined {
    const end = octets.indexOf(lineFeed, at);
    if (end === -1) {
      if (octets.length - at <= longestMessage) return undefined;
      // Told once, by a message that is too long to be one.
      const text = this.skipping ? undefined : decode(octets, at, octets.length);
      this.skipping = true;
      return { text, next: octets.length };
    }
    const text = this.skipping ? undefined : decode(octets, at, end);
    this.skipping = false;
    return { text, next: end + 1 };
  }
}

interface Cut {
  readonly text: string | undefined;
  readonly next: number;
}

function counted(octets: Uint8Array, at: number): Cut | Fault | undefined {
  const gap = octets.subarray(at, at + mostDigits + 1).indexOf(space);
  if (gap === -1) return octets.length - at > mostDigits ? malformed('syslog', at, 'a count of octets without an end') : undefined;
  const digits = decode(octets, at, at + gap);
  const length = Number(digits);
  if (!/^\d+$/.test(digits) || length > longestMessage) return malformed('syslog', at, `a count of octets > ${longestMessage}, or none`);
  const start = at + gap + 1;
  return octets.length < start + length ? undefined : { text: decode(octets, start, start + length), next: start + length };
}

function decode(octets: Uint8Array, at: number, end: number): string {
  return new TextDecoder().decode(octets.subarray(at, end));
}
