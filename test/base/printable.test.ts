import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { printable } from '../../src/base/printable.ts';

/** Written as numbers, so that this file holds none of them. */
const character = (code: number) => String.fromCodePoint(code);

describe('printable text', () => {
  const rows: [string, number][] = [
    ['the escape that begins a terminal sequence', 0x1b],
    ['the one-octet form of CSI', 0x9b],
    ['a bell', 0x07],
    ['a backspace', 0x08],
    ['a carriage return, which overwrites the line', 0x0d],
    ['a line feed, which forges a line', 0x0a],
    ['a tab', 0x09],
    ['NUL', 0x00],
    ['delete', 0x7f],
    ['the right-to-left override', 0x202e],
    ['the left-to-right override', 0x202d],
    ['a right-to-left embedding', 0x202b],
    ['a right-to-left isolate', 0x2067],
    ['the end of an isolate', 0x2069],
    ['a right-to-left mark', 0x200f],
    ['the Arabic letter mark', 0x061c],
    ['a zero-width space', 0x200b],
    ['a zero-width joiner', 0x200d],
    ['a byte order mark', 0xfeff],
    ['a soft hyphen', 0x00ad],
    ['a line separator', 0x2028],
    ['a paragraph separator', 0x2029],
    ['a tag character', 0xe0041],
    ['a surrogate that stands alone', 0xd800],
  ];
  for (const [sentence, code] of rows)
    it(`shows ${sentence} instead of obeying it`, () => assert.equal(printable(`a${character(code)}b`), `a\\u{${code.toString(16)}}b`));

  it('disarms every character of a sequence that would set the title of the window', () =>
    assert.equal(printable(`${character(0x1b)}]0;owned${character(0x07)}`), '\\u{1b}]0;owned\\u{7}'));
  for (const text of ['settings-win.data.microsoft.com', 'Büro-PC', '夜番', 'мой-пк', '🖨 printer', 'a b', '', '\\u{1b}'])
    it(`leaves ${JSON.stringify(text)} alone`, () => assert.equal(printable(text), text));
  it('never holds a control or format character, whatever goes in, and stays as it is when done twice', () => {
    const units = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 }).map((list) => String.fromCharCode(...list));
    fc.assert(
      fc.property(fc.oneof(units, fc.string({ unit: 'binary' })), (text) => {
        const shown = printable(text);
        assert.doesNotMatch(shown, /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        assert.equal(printable(shown), shown);
      }),
    );
  });
  it('is cut where the caller wants it, and says so', () => {
    assert.equal(printable('a'.repeat(10), 10), 'a'.repeat(10));
    assert.equal(printable('a'.repeat(11), 10), `${'a'.repeat(9)}…`);
    assert.equal(printable('🖨'.repeat(11), 10), `${'🖨'.repeat(9)}…`, 'a character of two units is not halved');
    assert.equal(printable(character(0x202e).repeat(1_000_000), 10).length, 10, 'what stands for a character counts');
  });
});
