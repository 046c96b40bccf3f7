/** Cuts text that comes in pieces into JSON objects: one a line (NDJSON), or an array, or one after the other over many lines. */

/** Characters of one object. */
const longestObject = 1024 * 1024;

export interface CutObject {
  /** `undefined` when the text from `at` is no object. */
  readonly value: Readonly<Record<string, unknown>> | undefined;
  /** Characters before it. */
  readonly at: number;
}

export class JsonObjects {
  private text = '';
  private consumed = 0;
  private lineByLine: boolean | undefined;

  push(piece: string): CutObject[] {
    this.text += piece;
    const cut: CutObject[] = [];
    while (this.step(cut, false));
    return cut;
  }

  end(): CutObject[] {
    const cut: CutObject[] = [];
    while (this.step(cut, true));
    if (/[^\s,\]\uFEFF]/.test(this.text)) cut.push({ value: undefined, at: this.consumed });
    this.text = '';
    return cut;
  }

  /** False when more text is needed. Every true has consumed something. */
  private step(cut: CutObject[], last: boolean): boolean {
    const lead = /^[\s,[\]\uFEFF]*/.exec(this.text)?.[0].length ?? 0;
    this.drop(lead);
    if (this.text === '') return false;
    const lineEnd = this.text.indexOf('\n');
    // The first line decides: an object of its own means that every line is one, and a bad line costs only itself.
    if (this.lineByLine === undefined) {
      if (lineEnd === -1 && !last && this.text.length <= longestObject) return false;
      this.lineByLine = parseJsonObject(lineEnd === -1 ? this.text : this.text.slice(0, lineEnd)) !== undefined;
    }
    const end = this.lineByLine ? (lineEnd === -1 && last ? this.text.length : lineEnd) : objectEnd(this.text);
    if (end === -1) {
      if (this.text.length <= longestObject) return false;
      cut.push({ value: undefined, at: this.consumed });
      this.drop(this.text.length);
      return false;
    }
    cut.push({ value: parseJsonObject(this.text.slice(0, end)), at: this.consumed });
    this.drop(Math.max(1, end));
    return true;
  }

  private drop(characters: number): void {
    this.text = this.text.slice(characters);
    this.consumed += characters;
  }
}

/** One past the brace that closes the object at 0, or past what cannot begin one; −1 when it has not come yet. */
function objectEnd(text: string): number {
  if (text[0] !== '{') return Math.max(1, text.indexOf('{'));
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (quoted) {
      if (code === 0x5c) i++;
      else if (code === 0x22) quoted = false;
      else if (code === 0x0a) return i;
    } else if (code === 0x22) quoted = true;
    else if (code === 0x7b) depth++;
    else if (code === 0x7d && --depth === 0) return i + 1;
  }
  return -1;
}

/** `undefined` when the text is no JSON object, or longer than one may be. */
export function parseJsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  if (text.length > longestObject) return undefined;
  try {
    const value: unknown = JSON.parse(text.trim().replace(/,$/, ''));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    // JSON.parse tells of bad text only by throwing.
    return undefined;
  }
}
