/** What the pages say, in English and Japanese. Sentences that come with the data (reasons, notes) stand as they were written. */

import { type Catalogue, english, type MessageKey } from './english.ts';
import { japanese } from './japanese.ts';

export const languages = ['en', 'ja'] as const;
export type Language = (typeof languages)[number];
export const catalogues: Readonly<Record<Language, Catalogue>> = { en: english, ja: japanese };

/** A message with its `{places}` filled in. */
export type Say = (key: MessageKey, places?: Readonly<Record<string, string | number>>) => string;

export function speak(language: Language): Say {
  return (key, places = {}) => catalogues[language][key].replace(/\{(\w+)\}/g, (_, name: string) => String(places[name] ?? ''));
}

/** `?lang=` first, then what the browser prefers of what there is. */
export function chooseLanguage(asked: string | undefined, accepted: string | undefined): Language {
  const found = languages.find((language) => language === asked);
  if (found) return found;
  const preferred = (accepted ?? '')
    .slice(0, 500)
    .split(',')
    .map((part, i) => {
      const [tag = '', quality = 'q=1'] = part.trim().toLowerCase().split(';');
      return { language: tag.split('-')[0], weight: Number(quality.trim().slice(2)) || 0, i };
    })
    .sort((a, b) => b.weight - a.weight || a.i - b.i)
    .find(({ language, weight }) => weight > 0 && languages.some((one) => one === language));
  return (preferred?.language as Language | undefined) ?? 'en';
}
