/** One element of the XML of an event, as it was written or as the binary form unfolds to. */

export interface XmlElement {
  readonly name: string;
  /** In the order of writing. */
  readonly attributes: readonly (readonly [string, string])[];
  /** Texts and elements in the order of writing; texts hold no entities any more. */
  readonly children: readonly (XmlElement | string)[];
}

export function childOf(element: XmlElement, name: string): XmlElement | undefined {
  for (const child of element.children) if (typeof child !== 'string' && child.name === name) return child;
  return undefined;
}

export function attributeOf(element: XmlElement | undefined, name: string): string | undefined {
  return element?.attributes.find(([key]) => key === name)?.[1];
}

export function hasElements(element: XmlElement): boolean {
  return element.children.some((child) => typeof child !== 'string');
}

/** The text directly inside, not that of elements further in. */
export function textOf(element: XmlElement | undefined): string | undefined {
  if (element === undefined) return undefined;
  let text = '';
  for (const child of element.children) if (typeof child === 'string') text += child;
  return text;
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

export function escapeText(text: string): string {
  return /[&<>]/.test(text) ? text.replace(/[&<>]/g, (character) => escapes[character] as string) : text;
}

/** For a value between single quotes. */
export function escapeAttribute(text: string): string {
  return /[&<>']/.test(text) ? text.replace(/[&<>']/g, (character) => escapes[character] as string) : text;
}

/** The element as Windows prints it: one line, single quotes. Depth is bounded by the readers (see `limits`). */
export function writeXml(element: XmlElement): string {
  const attributes = element.attributes.map(([name, value]) => ` ${name}='${escapeAttribute(value)}'`).join('');
  if (element.children.length === 0) return `<${element.name}${attributes}/>`;
  const inside = element.children.map((child) => (typeof child === 'string' ? escapeText(child) : writeXml(child))).join('');
  return `<${element.name}${attributes}>${inside}</${element.name}>`;
}

/** What one event may hold at most, in text or in binary. A real one is far below; a hostile one ends here. */
export const limits = { depth: 64, elements: 20_000, attributes: 64 } as const;
