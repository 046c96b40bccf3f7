/**
 * Events out of XML text that comes in pieces: `wevtutil qe … /f:xml` with and without a root, `/f:RenderedXml`, Event
 * Viewer's "Save as XML", EvtxECmd and its kin, and bare fragments of EvtRender.
 *
 * A damaged event costs that event and leaves a fault; reading goes on at the next `<Event`.
 */

import { FaultTally } from '../base/faultTally.ts';
import { Fault, malformed, unsupported } from '../base/octets.ts';
import { recordOf } from './eventRecord.ts';
import type { LogCounters, LogEntry } from './logEntry.ts';
import { limits, type XmlElement } from './xmlElement.ts';
import { decodeEntities, type Markup, scanMarkup } from './xmlScanner.ts';

const layer = 'event-xml';
/** Characters of one event, and of any text or markup that is still waiting for its end. */
const longestEvent = 4 * 1024 * 1024;
const longestOuterStack = 16;
const eventStart = /<Event[\s/>]/g;

interface OpenElement extends XmlElement {
  readonly attributes: [string, string][];
  readonly children: (XmlElement | string)[];
}

export class EventXmlReader {
  readonly faults = new FaultTally();
  readonly counters: LogCounters = { seen: 0, parsed: 0, failed: 0, recovered: 0 };
  /** Text that was not consumed yet, and how many characters went before it. */
  private text = '';
  private consumed = 0;
  private at = 0;
  private readonly outer: string[] = [];
  /** The event that is being read, from its root inwards. */
  private readonly stack: OpenElement[] = [];
  private eventAt = 0;
  private elements = 0;
  private skipping = false;
  private refused = false;

  /** Events that became complete with this piece. */
  push(piece: string): LogEntry[] {
    if (this.refused) return [];
    this.text += piece;
    const entries: LogEntry[] = [];
    while (this.step(entries));
    this.consumed += this.at;
    this.text = this.text.slice(this.at);
    this.at = 0;
    return entries;
  }

  /** No more text comes: what is still open was cut off. */
  end(): LogEntry[] {
    if (this.refused) return [];
    if (this.stack.length > 0) this.lose(new Fault(layer, 'truncated', this.eventAt, 0, 0, 'capture'));
    else if (!this.skipping && (this.text.trim() !== '' || this.outer.length > 0))
      this.faults.add(new Fault(layer, 'truncated', this.consumed, 0, 0, 'capture'));
    this.refused = true;
    this.text = '';
    return [];
  }

  /** False when more text is needed. Every true has moved `at` forward. */
  private step(entries: LogEntry[]): boolean {
    if (this.refused) return false;
    if (this.skipping) return this.resynchronise();
    const mark = this.text.indexOf('<', this.at);
    if (this.stack.length > 0 && this.consumed + this.text.length - this.eventAt > longestEvent) {
      if (this.consumed + (mark === -1 ? this.text.length : mark) - this.eventAt > longestEvent)
        return this.lose(malformed(layer, this.eventAt, `event > ${longestEvent} characters`));
    }
    if (mark === -1) {
      // Outside of events nothing but blanks is worth keeping, and outside text cannot be part of an event.
      if (this.stack.length === 0) this.passOuterText(this.text.length);
      return false;
    }
    const markup = scanMarkup(this.text, mark);
    if (markup.kind === 'incomplete') {
      if (this.text.length - mark <= longestEvent) return false;
      return this.lose(malformed(layer, this.consumed + mark, `markup > ${longestEvent} characters`));
    }
    if (this.stack.length === 0) this.passOuterText(mark);
    else if (mark > this.at && !this.addText(decodeEntities(this.text.slice(this.at, mark)))) return true;
    this.at = mark;
    return this.take(markup, entries);
  }

  private take(markup: Markup, entries: LogEntry[]): boolean {
    const here = this.consumed + this.at;
    switch (markup.kind) {
      case 'incomplete':
        throw new Error('unreachable: step asked for more text before');
      case 'doctype':
        // Entities could be defined here, and whatever follows may be built on them: nothing of it is read.
        if (this.stack.length > 0) this.fail();
        this.faults.add(unsupported(layer, here, 'DOCTYPE'));
        this.refused = true;
        return false;
      case 'malformed':
        if (this.stack.length === 0 && this.isEventAt(this.at)) {
          this.counters.seen++;
          this.counters.failed++;
        }
        return this.lose(malformed(layer, here, markup.because), this.at + 1);
      case 'aside':
        break;
      case 'cdata':
        if (this.stack.length > 0) this.addText(markup.text);
        break;
      case 'open':
        if (!this.open(markup.name, markup.attributes, here)) return true;
        if (markup.closed) this.close(markup.name, entries);
        break;
      case 'close':
        if (!this.close(markup.name, entries)) return true;
        break;
      default:
        markup satisfies never;
    }
    this.at = markup.end;
    return true;
  }

  private open(name: string, attributes: [string, string][], here: number): boolean {
    if (this.stack.length === 0) {
      if (name !== 'Event') {
        if (this.outer.length === longestOuterStack) this.outer.length = 0;
        this.outer.push(name);
        return true;
      }
      this.counters.seen++;
      this.eventAt = here;
      this.elements = 0;
    } else if (name === 'Event' && !this.stack.some((element) => element.name === 'UserData')) {
      // The event before was cut off and the next one begins here.
      return this.lose(new Fault(layer, 'truncated', this.eventAt, 0, 0, 'the next Event'), this.at) && false;
    }
    if (this.stack.length === limits.depth || ++this.elements > limits.elements)
      return this.lose(malformed(layer, here, 'too many elements, or too deep')) && false;
    this.stack.push({ name, attributes, children: [] });
    return true;
  }

  private close(name: string, entries: LogEntry[]): boolean {
    if (this.stack.length === 0) {
      if (this.outer.at(-1) === name) this.outer.pop();
      else this.faults.add(malformed(layer, this.consumed + this.at, 'a closing tag without its opening tag'));
      return true;
    }
    const element = this.stack.at(-1) as OpenElement;
    if (element.name !== name)
      return this.lose(malformed(layer, this.consumed + this.at, 'a closing tag does not fit'), this.at + 1) && false;
    this.stack.pop();
    // Line breaks and indents between elements are layout; blanks in an element that holds only text are its value.
    if (element.children.some((child) => typeof child !== 'string')) {
      const kept = element.children.filter((child) => typeof child !== 'string' || child.trim() !== '');
      element.children.splice(0, element.children.length, ...kept);
    }
    const parent = this.stack.at(-1);
    if (parent) parent.children.push(element);
    else this.finish(element, entries);
    return true;
  }

  private finish(element: XmlElement, entries: LogEntry[]): void {
    const record = recordOf(element, this.eventAt);
    if (record instanceof Fault) {
      this.counters.failed++;
      this.faults.add(record);
      return;
    }
    this.counters.parsed++;
    entries.push({ record, element });
  }

  /** False when the text held a false entity, which cost the event. */
  private addText(text: string | undefined): boolean {
    if (text === undefined) {
      this.lose(malformed(layer, this.consumed + this.at, 'an entity is not one of the five of XML'), this.at + 1);
      return false;
    }
    const children = (this.stack.at(-1) as OpenElement).children;
    // Line ends stay as they are, against XML 1.0 §2.11: Windows writes those of a value raw, and the EVTX form has them too.
    const last = children.at(-1);
    if (typeof last === 'string') children[children.length - 1] = last + text;
    else children.push(text);
    return true;
  }

  private passOuterText(end: number): void {
    if (/[^\s\uFEFF]/.test(this.text.slice(this.at, end)))
      this.faults.add(malformed(layer, this.consumed + this.at, 'text between events'));
    this.at = end;
  }

  private isEventAt(at: number): boolean {
    eventStart.lastIndex = at;
    return eventStart.exec(this.text)?.index === at;
  }

  private fail(): void {
    this.counters.failed++;
    this.stack.length = 0;
  }

  /** The event in hand, if any, is lost for this reason; looking for the next begins at `from`. Always true. */
  private lose(fault: Fault, from = Math.min(this.at + 1, this.text.length)): true {
    this.faults.add(fault);
    if (this.stack.length > 0) this.fail();
    this.at = from;
    this.skipping = true;
    return true;
  }

  private resynchronise(): boolean {
    eventStart.lastIndex = this.at;
    const found = eventStart.exec(this.text);
    // The last characters may be the beginning of `<Event `.
    this.at = found ? found.index : Math.max(this.at, this.text.length - 6);
    this.skipping = !found;
    return found !== null;
  }
}
