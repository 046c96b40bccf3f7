/** Reads a page as a browser's tokenizer would, and says what stands there that no template of ours writes. */

const elements = new Set(
  (
    'html head meta title link script body a header div nav ul li button kbd main form label input select option span h1 h2 p section table thead tbody tfoot ' +
    'tr th td footer dl dt dd svg rect time br code'
  ).split(' '),
);
const attributes = new Set(
  (
    'lang charset name content rel href type src class data-key aria-current aria-label aria-hidden hreflang popovertarget popovertargetaction popover id method action ' +
    'value autocomplete spellcheck maxlength selected role tabindex scope datetime viewbox preserveaspectratio x y width height data-source data-sent data-received'
  ).split(' '),
);
const addresses = new Set(['href', 'src', 'action', 'data-source']);

const token = /<!doctype html>|<(\/?)([a-z][a-z0-9]*)((?:\s+[a-z-]+(?:="[^"<>]*")?)*)\s*(\/?)>|<|>/gi;
const attribute = /([a-z-]+)(?:="([^"]*)")?/gi;
/** Marks that hide or turn text around, and control characters. */
const marks = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** Sentences about what is wrong; none for a good page. */
export function checkPage(page: string): string[] {
  const found: string[] = [];
  if (marks.test(page.replaceAll('\n', ''))) found.push('a mark that hides or turns text around');
  for (const [whole, , name, inside = ''] of page.matchAll(token)) {
    if (whole.toLowerCase() === '<!doctype html>') continue;
    if (name === undefined) {
      found.push(`a stray ${whole}`);
      continue;
    }
    if (!elements.has(name.toLowerCase())) found.push(`the element ${name}`);
    for (const [, key = '', value = ''] of inside.matchAll(attribute)) {
      if (!attributes.has(key.toLowerCase())) found.push(`the attribute ${key} of ${name}`);
      if (addresses.has(key.toLowerCase()) && !/^(\/(?!\/)|#)/.test(value)) found.push(`the address ${value}`);
      if (name.toLowerCase() === 'script' && key === 'src' && !/^\/assets\/\w+\.js$/.test(value)) found.push(`the script ${value}`);
    }
    if (name.toLowerCase() === 'script' && !/<script type="module" src="[^"]+">/.test(whole) && !whole.startsWith('</'))
      found.push('an inline script');
  }
  return [...new Set(found)];
}
