/**
 * Text from the network or a log, made safe to print on a terminal.
 *
 * A host name may hold escape sequences that move the cursor or bidirectional marks that turn a name around; both are
 * shown as `\u{…}` instead of being obeyed.
 */

// Controls, surrogates that stand alone, zero-width and bidirectional marks, line separators, tag characters.
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

export function printable(text: string): string {
  return text.replace(unprintable, (character) => `\\u{${(character.codePointAt(0) as number).toString(16)}}`);
}
