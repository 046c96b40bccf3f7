/** What form a log has, told by its first octets and never by its name. */

import { latin1, uint16, uint32LittleEndian } from '../base/octets.ts';

export type LogForm =
  | { readonly kind: 'evtx' }
  | { readonly kind: 'legacy-evt' }
  | { readonly kind: 'event-xml'; readonly encoding: TextEncodingName }
  | { readonly kind: 'json'; readonly encoding: TextEncodingName }
  | { readonly kind: 'syslog'; readonly encoding: TextEncodingName }
  | { readonly kind: 'csv'; readonly encoding: TextEncodingName }
  /** Not a log, or one inside of something else; `what` says what it looks like. */
  | { readonly kind: 'other'; readonly what: string; readonly advice: string };

const advice = 'export the log with "wevtutil epl System System.evtx"';

export type TextEncodingName = 'utf-8' | 'utf-16le' | 'utf-16be';

/** As many octets as `detectForm` wants to see; fewer are fine where the file has no more. */
export const detectionLength = 4096;

export function detectForm(head: Uint8Array): LogForm {
  const starts = (text: string, at = 0) => head.length >= at + text.length && latin1(head, at, text.length) === text;
  if (starts('ElfFile\0')) return { kind: 'evtx' };
  // A chunk on its own: what is left when the header of the file was cut off.
  if (starts('ElfChnk\0')) return { kind: 'evtx' };
  // EVENTLOGHEADER: HeaderSize 0x30, then the signature (MS-EVEN §2.2.2, winevt-kb "Windows Event Log (EVT)").
  if (head.length >= 8 && uint32LittleEndian(head, 0) === 0x30 && starts('LfLe', 4)) return { kind: 'legacy-evt' };
  if (head.length >= 2 && uint16(head, 0) === 0x1f8b) return { kind: 'other', what: 'a gzip file', advice: 'unpack it first' };
  if (starts('PK\u0003\u0004')) return { kind: 'other', what: 'a zip file', advice: 'unpack it first' };
  if (starts('\u00d4\u00c3\u00b2\u00a1') || starts('\u00a1\u00b2\u00c3\u00d4') || starts('\u000a\u000d\u000d\u000a'))
    return { kind: 'other', what: 'a packet capture and not a log', advice: 'name it among the captures' };
  const encoding = encodingOf(head);
  const text = new TextDecoder(encoding).decode(head, { stream: true }).trimStart();
  const first = text[0];
  if (/^<\d{1,3}>/.test(text)) return { kind: 'syslog', encoding };
  if (first === '<') {
    const isEvents = /<(Event|Events)[\s/>]/.test(text) || /^<\?xml\s/.test(text);
    return isEvents ? { kind: 'event-xml', encoding } : { kind: 'other', what: 'XML or HTML without events', advice };
  }
  if (first === '{' || /^\[\s*\{/.test(text)) return { kind: 'json', encoding };
  if (/^(#TYPE [^\n]*\r?\n)?[^\n]*"?(InstanceId|EventID)"?\s*[,;\t]/i.test(text)) return { kind: 'csv', encoding };
  return { kind: 'other', what: 'neither EVTX nor XML nor JSON nor syslog of a log', advice };
}

/** A byte order mark decides; without one, zeros in every second octet of the first few give UTF-16 away. */
function encodingOf(head: Uint8Array): TextEncodingName {
  if (head.length >= 2 && uint16(head, 0) === 0xfffe) return 'utf-16le';
  if (head.length >= 2 && uint16(head, 0) === 0xfeff) return 'utf-16be';
  if (head.length >= 4 && head[0] !== 0 && head[1] === 0 && head[2] !== 0 && head[3] === 0) return 'utf-16le';
  if (head.length >= 4 && head[0] === 0 && head[1] !== 0 && head[2] === 0 && head[3] !== 0) return 'utf-16be';
  return 'utf-8';
}
