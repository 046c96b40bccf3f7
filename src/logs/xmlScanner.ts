/**
 * A small, strict, bounded scanner for the XML of events. It knows elements, attributes, text, CDATA, comments and the five
 * entities of XML 1.0 §4.6 with numeric references, and nothing else: no DOCTYPE, no entity of its own, nothing expands.
 */

import { limits } from './xmlElement.ts';

export type Markup =
  | {
      readonly kind: 'open';
      readonly name: string;
      readonly attributes: [string, string][];
      readonly closed: boolean;
      readonly end: number;
    }
  | { readonly kind: 'close'; readonly name: string; readonly end: number }
  | { readonly kind: 'cdata'; readonly text: string; readonly end: number }
  | { readonly kind: 'aside'; readonly end: number }
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'doctype' }
  | { readonly kind: 'malformed'; readonly because: string };

const incomplete: Markup = { kind: 'incomplete' };
const malformed = (because: string): Markup => ({ kind: 'malformed', because });

const nameForm = '[A-Za-z_:\\u0080-\\uffff][\\w.:\\-\\u0080-\\uffff]*';
const openForm = new RegExp(`<(${nameForm})((?:\\s+${nameForm}\\s*=\\s*(?:"[^"<]*"|'[^'<]*'))*)\\s*(/?)>`, 'y');
const closeForm = new RegExp(`</(${nameForm})\\s*>`, 'y');
const attributeForm = new RegExp(`(${nameForm})\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'g');

/** Reads the markup that begins with the `<` at `at`. `end` is one past its last character. */
export function scanMarkup(text: string, at: number): Markup {
  const second = text[at + 1];
  if (second === undefined) return incomplete;
  if (second === '?') return aside(text, at, '?>');
  if (second === '!') return scanDeclaration(text, at);
  const end = tagEnd(text, at + 1);
  if (end === -1) return incomplete;
  if (end === -2) return malformed('a tag holds <');
  if (second === '/') {
    closeForm.lastIndex = at;
    const found = closeForm.exec(text);
    return found ? { kind: 'close', name: localName(found[1] as string), end: closeForm.lastIndex } : malformed('a closing tag is not one');
  }
  openForm.lastIndex = at;
  const found = openForm.exec(text);
  if (!found) return malformed('an opening tag is not one');
  const attributes: [string, string][] = [];
  for (const [, name, double, single] of (found[2] as string).matchAll(attributeForm)) {
    const value = decodeEntities((double ?? single) as string);
    if (value === undefined) return malformed('an entity is not one of the five of XML');
    if (attributes.some(([known]) => known === name)) return malformed('an attribute is there twice');
    if (attributes.length === limits.attributes) return malformed(`more than ${limits.attributes} attributes`);
    attributes.push([name as string, value]);
  }
  return { kind: 'open', name: localName(found[1] as string), attributes, closed: found[3] === '/', end: openForm.lastIndex };
}

function scanDeclaration(text: string, at: number): Markup {
  if (text.startsWith('<!--', at)) return aside(text, at, '-->');
  if (text.startsWith('<![CDATA[', at)) {
    const end = text.indexOf(']]>', at + 9);
    return end === -1 ? incomplete : { kind: 'cdata', text: text.slice(at + 9, end), end: end + 3 };
  }
  if (text.startsWith('<!DOCTYPE', at)) return { kind: 'doctype' };
  const start = text.slice(at, at + 9);
  const mayGrow = start.length < 9 && ['<!--', '<![CDATA[', '<!DOCTYPE'].some((form) => form.startsWith(start));
  return mayGrow ? incomplete : malformed('a declaration that XML of events does not have');
}

function aside(text: string, at: number, terminator: string): Markup {
  const end = text.indexOf(terminator, at + 2);
  return end === -1 ? incomplete : { kind: 'aside', end: end + terminator.length };
}

/** Where the `>` of a tag is, quotes respected; −1 when it has not come yet, −2 when a `<` comes first. */
function tagEnd(text: string, from: number): number {
  let quote = 0;
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x3c) return -2;
    if (quote !== 0) {
      if (code === quote) quote = 0;
    } else if (code === 0x22 || code === 0x27) quote = code;
    else if (code === 0x3e) return i;
  }
  return -1;
}

function localName(name: string): string {
  return name.includes(':') ? name.slice(name.lastIndexOf(':') + 1) : name;
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** `undefined` when the text holds an entity that is neither one of the five nor a character. */
export function decodeEntities(text: string): string | undefined {
  if (!text.includes('&')) return text;
  let good = true;
  const decoded = text.replace(/&([^&;]{0,10};?)/g, (_, body: string) => {
    const character = body.endsWith(';') ? characterOf(body.slice(0, -1)) : undefined;
    if (character === undefined) good = false;
    return character ?? '';
  });
  return good ? decoded : undefined;
}

function characterOf(body: string): string | undefined {
  if (Object.hasOwn(named, body)) return named[body];
  const found = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(body);
  if (!found) return undefined;
  const code = found[1] === undefined ? Number(found[2]) : Number.parseInt(found[1], 16);
  return code === 0 || code > 0x10ffff ? undefined : String.fromCodePoint(code);
}
