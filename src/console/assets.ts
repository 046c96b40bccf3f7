/** What browsers load beside pages: style sheet, scripts, icon. All of it from this machine. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { consoleStyleSheet, styleSheet } from '../report/look.ts';

export interface Asset {
  readonly type: string;
  readonly content: string;
}

const require = createRequire(import.meta.url);
const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#232a4d"/><path d="M21 21.5A9 9 0 1 1 13 7a8 8 0 0 0 8 14.5z" fill="#f0d78c"/><circle cx="23" cy="10" r="2" fill="#fff"/></svg>`;

/** By name below `/assets/`; read once. Throws where the program was not installed whole. */
export function loadAssets(): ReadonlyMap<string, Asset> {
  const own = (name: string) => readFileSync(new URL(`./client/${name}`, import.meta.url), 'utf8');
  const plotter = (name: string) => readFileSync(require.resolve(`uplot/dist/${name}`), 'utf8');
  const script = (content: string): Asset => ({ type: 'text/javascript; charset=utf-8', content });
  return new Map([
    ['console.css', { type: 'text/css; charset=utf-8', content: `${styleSheet}${consoleStyleSheet}${plotter('uPlot.min.css')}` }],
    ['console.js', script(own('keys.js'))],
    ['plot.js', script(own('plot.js').replace(/from 'uplot'/, "from '/assets/uPlot.esm.js'"))],
    ['uPlot.esm.js', script(plotter('uPlot.esm.js'))],
    ['icon.svg', { type: 'image/svg+xml', content: icon }],
  ]);
}
