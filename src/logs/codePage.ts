/**
 * Text that is not Unicode: what a console writes when its output is redirected (code pages 437, 850 and 932), or an old program
 * (1252). Which one it is says nobody; the content decides, and what was assumed is told.
 */

export type CodePage = 'ibm437' | 'ibm850' | 'windows-1252' | 'shift_jis';

/** The characters of the upper half, from Microsoft's tables of code pages; WHATWG knows neither. */
const consoleTables: Readonly<Record<'ibm437' | 'ibm850', string>> = {
  ibm437:
    'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0',
  ibm850:
    'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0',
};

/** For names that TextDecoder does not know. */
export function isConsoleCodePage(name: string): name is 'ibm437' | 'ibm850' {
  return Object.hasOwn(consoleTables, name);
}

export interface TextSource {
  /** `last`: nothing follows, so that what is incomplete is false. */
  decode(octets: Uint8Array, last?: boolean): string;
}

/** Throws a RangeError when nobody knows the name. */
export function textSource(name: string): TextSource {
  const normal = name.toLowerCase().replace(/^(cp|ibm-?)(437|850)$/, 'ibm$2');
  if (!isConsoleCodePage(normal)) {
    const decoder = new TextDecoder(normal);
    return { decode: (octets, last = false) => decoder.decode(octets, { stream: !last }) };
  }
  const table = consoleTables[normal];
  return {
    decode(octets) {
      let text = '';
      for (const octet of octets) text += octet < 0x80 ? String.fromCharCode(octet) : (table[octet - 0x80] as string);
      return text;
    },
  };
}

/** In the order in which they are preferred where the content says as much for one as for another. */
const candidates: readonly CodePage[] = ['ibm850', 'windows-1252', 'ibm437', 'shift_jis'];

/** The code page in which the octets beyond ASCII read most like words. `octets` hold at least one of those. */
export function likelyCodePage(octets: Uint8Array): CodePage {
  const scores = candidates.map((name) => score(textSource(name).decode(octets, true)));
  return candidates[scores.indexOf(Math.max(...scores))] as CodePage;
}

/** Letters in the case of their neighbours speak for a reading; signs, boxes and controls in words against it. */
function score(text: string): number {
  let sum = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) continue;
    const character = text[i] as string;
    // Two octets each. Between Latin letters it is one of them with an accent, and the letter behind it.
    if (/[\u3041-\u30ff\u4e00-\u9fff]/.test(character)) sum += /[A-Za-z]/.test(`${text[i - 1] ?? ''}${text[i + 1] ?? ''}`) ? -2 : 5;
    else if (code >= 0xff61 && code <= 0xff9f) continue;
    else if (/\p{Ll}/u.test(character)) sum += 2;
    else if (/\p{Lu}/u.test(character)) sum += /[a-z]/.test(text[i - 1] ?? '') ? -1 : 2;
    else sum -= 1;
  }
  return sum;
}
