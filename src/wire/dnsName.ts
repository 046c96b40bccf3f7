/** Domain names on the wire (RFC 1035 §3.1, compression §4.1.4) and as text (§5.1, escapes). */

import { type Fault, latin1, looping, malformed, type Region, uint8, uint16, withinFrom } from '../base/octets.ts';
import type { OctetBuilder } from './octetBuilder.ts';

/** Octets of a name, lengths included (RFC 1035 §2.3.4). */
export const longestName = 255;
const pointer = 0xc0;

/** A name and the offset of what follows it in the message. */
export interface NameRead {
  /** Lower case, without a trailing dot; empty for the root. Octets that do not print are `\DDD`; a dot or backslash inside a label is escaped. */
  readonly name: string;
  /** Offset after the name where it stands: after its pointer, if it ends in one. */
  readonly nextAt: number;
}

/**
 * Reads the name at `at` of the message that fills `message`. A pointer must lead to before the run of labels that it ends, so that
 * no octet is read twice and the walk ends; the name is bounded by 255 octets.
 */
export function readName(message: Region, at: number): NameRead | Fault {
  const { octets } = message;
  let labelAt = at;
  let runStart = at;
  let nextAt = -1;
  let length = 1;
  let name = '';
  for (;;) {
    const fault = withinFrom(message, labelAt, 1, 'dns.name');
    if (fault) return fault;
    const labelLength = uint8(octets, labelAt);
    if (labelLength === 0) return { name, nextAt: nextAt < 0 ? labelAt + 1 : nextAt };
    if (labelLength >= pointer) {
      const cut = withinFrom(message, labelAt, 2, 'dns.name');
      if (cut) return cut;
      const target = message.at + (uint16(octets, labelAt) & 0x3fff);
      if (nextAt < 0) nextAt = labelAt + 2;
      if (target >= runStart) return looping('dns.name', labelAt, 'pointer does not lead backwards');
      runStart = target;
      labelAt = target;
      continue;
    }
    if (labelLength > 63) return malformed('dns.name', labelAt, 'label type 01 or 10');
    length += labelLength + 1;
    if (length > longestName) return malformed('dns.name', labelAt, 'name longer than 255 octets');
    const cut = withinFrom(message, labelAt, labelLength + 1, 'dns.name');
    if (cut) return cut;
    const label = labelText(octets, labelAt + 1, labelLength);
    name = name === '' ? label : `${name}.${label}`;
    labelAt += labelLength + 1;
  }
}

function labelText(octets: Uint8Array, at: number, length: number): string {
  let i = 0;
  while (i < length && isPlainInName(uint8(octets, at + i))) i++;
  let text = latin1(octets, at, i);
  for (; i < length; i++) text += octetText(uint8(octets, at + i));
  return text;
}

/** The octet stands for itself: neither capital nor escaped. */
export function isPlainInName(octet: number): boolean {
  if (octet >= 0x61) return octet < 0x7f;
  return octet > 0x20 && octet !== 0x2e && octet !== 0x5c && (octet < 0x41 || octet > 0x5a);
}

function octetText(octet: number): string {
  if (isPlainInName(octet)) return String.fromCharCode(octet);
  if (octet === 0x2e || octet === 0x5c) return `\\${String.fromCharCode(octet)}`;
  if (octet <= 0x20 || octet >= 0x7f) return `\\${String(octet).padStart(3, '0')}`;
  return String.fromCharCode(octet + 0x20);
}

/** The labels of a name in text form, escapes undone; a character above U+00FF becomes its UTF-8 octets. */
function labelsOf(name: string): number[][] {
  if (name === '' || name === '.') return [];
  const labels: number[][] = [[]];
  for (const [token] of name.matchAll(/\\\d{3}|\\.|[^\\]/gsu)) {
    const label = labels[labels.length - 1] as number[];
    if (token === '.') labels.push([]);
    else if (/^\\\d{3}$/.test(token)) label.push(Number(token.slice(1)) & 0xff);
    else label.push(...new TextEncoder().encode(token.replace(/^\\/, '')));
  }
  // A trailing dot names the root once more.
  if (labels.at(-1)?.length === 0) labels.pop();
  return labels;
}

/**
 * Writes names into one message, each suffix once: later names point to it (RFC 1035 §4.1.4).
 * The message must start at offset 0 of the builder, or `messageStart` octets in.
 */
export class NameWriter {
  private readonly written = new Map<string, number>();

  constructor(
    private readonly builder: OctetBuilder,
    private readonly messageStart = 0,
  ) {}

  write(name: string): void {
    const labels = labelsOf(name);
    for (let i = 0; i < labels.length; i++) {
      const suffix = labels.slice(i).map(String).join('.');
      const at = this.written.get(suffix);
      if (at !== undefined) {
        this.builder.uint16(0xc000 | at);
        return;
      }
      const here = this.builder.length - this.messageStart;
      if (here < 0x4000) this.written.set(suffix, here);
      const label = labels[i] as number[];
      this.builder.uint8(label.length).octets(label);
    }
    this.builder.uint8(0);
  }
}
