/** Days of one host as pictures: packets on top, what the machine was, whether a person was there. Readable without scripts. */

import type { z } from 'zod';
import { type Html, html } from '../base/html.ts';
import { day, dayOf, formatTime, parseTime } from '../base/time.ts';
import type { curveAnswer } from './contract.ts';
import { to, type View } from './html.ts';

type Curve = z.infer<typeof curveAnswer>;

/** More lines than this nobody reads: the newest are shown. */
const mostDays = 31;
/** Width of a picture: one unit a minute. */
const width = 1440;
const minutesOf = (us: number) => us / 60e6;
const round = (value: number) => Math.round(value * 10) / 10;

export function daysOf(view: View, path: string, curve: Curve): Html {
  const { from, to: until } = view.inquiry;
  const days: number[] = [];
  for (let at = dayOf(Math.max(from, until - mostDays * day)); at < until && days.length < mostDays; at += day) days.push(at);
  const most = Math.max(1, ...curve.sent.map((sent, i) => sent + (curve.received[i] ?? 0)));
  const weekday = new Intl.DateTimeFormat(view.language, { weekday: 'short', timeZone: 'UTC' });
  return html`<div class="days"><span></span><div class="hours" aria-hidden="true">${[0, 4, 8, 12, 16, 20, 24].map((hour) => html`<span>${hour}</span>`)}</div>
${days.map((at) => {
  const date = formatTime(at).slice(0, 10);
  const link = to(view, path, { from: `${date}T00:00Z`, to: `${formatTime(at + day).slice(0, 10)}T00:00Z` });
  return html`<a class="day" href="${link}">${weekday.format(at / 1000)} ${date}</a>${picture(curve, at, most, date)}`;
})}</div>${legend()}`;
}

function picture(curve: Curve, at: number, most: number, date: string): Html {
  const step = Math.max(1, curve.stepSeconds / 60);
  // By the logarithm: a night's few packets are what matters, and a day's thousands must not hide them.
  const heightOf = (packets: number) => round((20 * Math.log1p(packets)) / Math.log1p(most));
  const bars = curve.at.flatMap((seconds, i) => {
    const x = minutesOf(seconds * 1e6 - at);
    if (x < 0 || x >= width) return [];
    const height = heightOf((curve.sent[i] ?? 0) + (curve.received[i] ?? 0));
    const open = heightOf(curve.open[i] ?? 0);
    return [
      html`<rect class="fill-bar" x="${round(x)}" y="${round(21 - height)}" width="${step}" height="${height}"/>`,
      open > 0 && html`<rect class="fill-open" x="${round(x)}" y="${round(21 - open)}" width="${step}" height="${open}"/>`,
    ];
  });
  const bands = curve.intervals.flatMap((interval) => {
    const begin = Math.max(0, minutesOf((parseTime(interval.from) as number) - at));
    const end = Math.min(width, minutesOf((parseTime(interval.to) as number) - at));
    if (end <= begin) return [];
    return [
      html`<rect class="fill-${interval.state}" x="${round(begin)}" y="${interval.axis === 'machine' ? 23 : 31}" width="${round(end - begin)}" height="7"/>`,
    ];
  });
  return html`<svg viewBox="0 0 ${width} 38" preserveAspectRatio="none" role="img" aria-label="${date}">${bars}${bands}</svg>`;
}

const states = ['modern-sleep', 's3', 'hibernate', 'off', 'screen-off', 'on', 'present', 'remote', 'locked', 'absent', 'unknown'];

function legend(): Html {
  return html`<ul class="legend" aria-hidden="true"><li><span class="fill-bar"></span>packets</li><li><span class="fill-open"></span>not explained</li>${states.map(
    (state) => html`<li><span class="fill-${state}"></span>${state}</li>`,
  )}</ul>`;
}
