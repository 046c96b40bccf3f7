/**
 * HTML that cannot be broken out of: what a template is given becomes text, whatever it holds.
 *
 * Only a template makes `Html`. A string is escaped, and marks that would hide or turn a name around are shown as `\u{…}`,
 * as on a terminal. Attribute values are always quoted in templates, so the same escaping serves both places.
 */

import { printable } from './printable.ts';

export class Html {
  /** Made by `html` only: nothing else may claim that a text is markup. */
  constructor(readonly markup: string) {}
  toString(): string {
    return this.markup;
  }
}

/** `false`, `null` and `undefined` leave no trace, so that `condition && html\`…\`` can be written. */
export type Content = Html | string | number | false | null | undefined | readonly Content[];

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Characters of one text: a name of 255 octets is shown whole, a log record of a megabyte is not. */
const longestText = 2000;

export function escapeHtml(text: string): string {
  return printable(text, longestText).replace(/[&<>"']/g, (character) => entities[character] as string);
}

function render(content: Content): string {
  if (content instanceof Html) return content.markup;
  if (typeof content === 'string') return escapeHtml(content);
  if (typeof content === 'number') return String(content);
  if (content === false || content === null || content === undefined) return '';
  return content.map(render).join('');
}

export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return new Html(strings.reduce((before, text, i) => `${before}${render(contents[i - 1])}${text}`));
}

/** A text of the program's own, such as a style sheet, that is markup already. Never of anything that came from outside. */
export function trusted(markup: string): Html {
  return new Html(markup);
}
