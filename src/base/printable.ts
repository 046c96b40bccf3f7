/**
 * Text from the network or a log, made safe to print on a terminal.
 *
 * A host name may hold escape sequences that move the cursor or bidirectional marks that turn a name around; both are
 * shown as `\u{…}` instead of being obeyed.
 */

// Controls, surrogates that stand alone, zero-width and bidirectional marks, line separators, tag characters.
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** @param longest characters of the result; what is longer is cut, and an ellipsis says so */
export function printable(text: string, longest = Number.POSITIVE_INFINITY): string {
  // A character has at most two units and gives at least one, so this much is enough to know whether to cut.
  const enough = text.slice(0, 2 * (longest + 1));
  const shown = enough.replace(unprintable, (character) => `\\u{${(character.codePointAt(0) as number).toString(16)}}`);
  if (shown.length <= longest) return shown;
  const characters = [...shown];
  return characters.length <= longest ? shown : `${characters.slice(0, longest - 1).join('')}…`;
}
