import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { catalogues, chooseLanguage, languages, speak } from '../../src/console/messages.ts';

describe('the messages', () => {
  it('exist in every language, with the same places to fill in, and are never empty', () => {
    const keys = Object.keys(catalogues.en) as (keyof typeof catalogues.en)[];
    const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();
    for (const language of languages) {
      assert.deepEqual(Object.keys(catalogues[language]).sort(), [...keys].sort());
      for (const key of keys) {
        assert.ok(catalogues[language][key].trim().length > 0, `${language}: ${key}`);
        assert.deepEqual(places(catalogues[language][key]), places(catalogues.en[key]), `${language}: ${key}`);
      }
    }
  });

  it('are not left in English in Japanese', () => {
    const same = Object.entries(catalogues.ja).filter(([key, text]) => text === catalogues.en[key as keyof typeof catalogues.en]);
    assert.deepEqual(
      same.map(([key]) => key),
      ['communityId'],
    );
  });

  it('fill in their places', () => assert.equal(speak('en')('page', { n: 7 }), 'Page 7'));
});

describe('the language', () => {
  const rows: readonly (readonly [string, string | undefined, string | undefined, string])[] = [
    ['is what the address asks for', 'ja', 'en', 'ja'],
    ['is not what the address asks for where there is none of that name', 'xx', undefined, 'en'],
    ['is what the browser prefers', undefined, 'de;q=0.9, ja;q=0.8, en;q=0.7', 'ja'],
    ['is not what the browser refuses', undefined, 'ja;q=0, en', 'en'],
    ['is told by the main part of a tag', undefined, 'ja-JP', 'ja'],
    ['is English where nobody says anything', undefined, undefined, 'en'],
    ['is English where the header is nonsense', undefined, ';;q=;,=,', 'en'],
  ];
  for (const [sentence, asked, accepted, expected] of rows) it(sentence, () => assert.equal(chooseLanguage(asked, accepted), expected));
});
