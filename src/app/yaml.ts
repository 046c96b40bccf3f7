/** Reading YAML 1.2 that people write. The only import of `yaml`. */

import { parseDocument } from 'yaml';

/** `faults`: one line for each, `line N: what, what to do`. */
export type ParsedYaml = { readonly value: unknown } | { readonly faults: readonly string[] };

/**
 * A value made of plain data only. Refused: a key written twice (one of the two would silently win), more than one document,
 * unknown tags, aliases that would unfold into more than a small file can say, and nesting that no person writes.
 */
export function parseYaml(text: string): ParsedYaml {
  const excess = findExcess(text);
  if (excess !== undefined) return { faults: [excess] };
  const document = parseDocument(text, { uniqueKeys: true, strict: true, prettyErrors: true, version: '1.2', stringKeys: true });
  const complaints = [...document.errors, ...document.warnings];
  if (complaints.length > 0) {
    return {
      faults: complaints.map((complaint) => `line ${complaint.linePos?.[0].line ?? 1}: ${adviceFor(complaint.code, complaint.message)}`),
    };
  }
  try {
    return { value: document.toJS({ maxAliasCount: 100 }) };
  } catch {
    // The parser throws here for one reason only: aliases unfold into too much.
    return { faults: ['line 1: its aliases unfold into too much, write the values out'] };
  }
}

const known: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'the same key is written twice, remove one of them',
  MULTIPLE_DOCS: 'a second document starts, keep one document in the file',
  NON_STRING_KEY: 'a key is not a text, quote it',
  TAB_AS_INDENT: 'a tab is used to indent, use blanks',
  TAG_RESOLVE_FAILED: 'a tag (!…) is not known, remove it',
};

function adviceFor(code: string, message: string): string {
  // The parser's message goes on with an excerpt of the file: its first line is what is wrong.
  const first = (message.split('\n')[0] as string).replace(/ at line \d+, column \d+:?$/, '').replace(/[^\x20-\x7e]/g, '?');
  return known[code] ?? `${first}, mend the YAML there`;
}

const maxDepth = 64;
const maxIndent = 200;
const maxAnchors = 500;

/**
 * What would hurt the parser, looked for before it starts: it descends by recursion, V8 ends the whole process when a regular
 * expression is compiled near the end of the stack, and the time for anchors grows with the square of their number.
 * Brackets in texts count as well: a false alarm takes sixty-four of them left open.
 */
function findExcess(text: string): string | undefined {
  let line = 1;
  let lineStart = 0;
  let depth = 0;
  let anchors = 0;
  let isLead = true;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    if (character === '\n' || character === '\r') {
      if (character === '\n') line++;
      lineStart = at + 1;
      isLead = true;
      continue;
    }
    // Blanks, and the marks of lists and explicit keys, which nest on one line (`- - - x`).
    isLead &&= ' \t-?:'.includes(character);
    if (isLead && at - lineStart >= maxIndent) return `line ${line}: it is indented by more than ${maxIndent} columns, nest less`;
    if (character === '[' || character === '{') depth++;
    else if ((character === ']' || character === '}') && depth > 0) depth--;
    else if (character === '&') anchors++;
    if (depth > maxDepth) return `line ${line}: more than ${maxDepth} brackets are open, nest less`;
    if (anchors > maxAnchors) return `line ${line}: there are more than ${maxAnchors} anchors, write the values out`;
  }
  return undefined;
}
