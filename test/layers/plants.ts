/** What `layers.test.ts` plants: for every room what it may and may not import or touch, written independently of biome.json. */

export interface Expectation {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly text: string;
  readonly forbidden: boolean;
}

export interface Plant {
  readonly file: string;
  readonly lines: readonly Pick<Expectation, 'text' | 'forbidden'>[];
}

interface Room {
  readonly pure: boolean;
  /** Rooms that it may import, besides itself. */
  readonly imports: readonly string[];
  /** What its `edge/` may import, where it has one; always also the room itself. */
  readonly edge?: readonly string[];
  /** Packages that any of its files may import. */
  readonly packages: readonly string[];
}

const pure = (imports: readonly string[], packages: readonly string[], edge?: readonly string[]): Room =>
  edge ? { pure: true, imports, packages, edge } : { pure: true, imports, packages };
const outer = (imports: readonly string[], packages: readonly string[] = ['zod']): Room => ({ pure: false, imports, packages });

/** The table of ARCHITECTURE.md, section Rooms. */
export const rooms: Readonly<Record<string, Room>> = {
  base: pure([], []),
  record: pure(['base'], ['zod']),
  wire: pure(['base'], []),
  link: outer(['base'], ['zod', 'cap', 'fzstd', 'koffi', 'raw-socket']),
  meter: pure(['base', 'record', 'wire'], ['zod']),
  darkspace: pure(['base', 'record', 'wire'], ['zod'], ['base', 'link', 'record', 'wire']),
  marking: pure(['base', 'record', 'wire'], ['zod'], ['base', 'link', 'record', 'wire']),
  logs: pure(['base', 'record'], ['zod'], ['base', 'record']),
  timeline: pure(['base', 'record'], ['zod']),
  trace: pure(['base', 'record'], ['zod'], ['base', 'record']),
  judge: pure(['base', 'record'], ['zod']),
  store: outer(['base', 'record'], ['zod', '@duckdb/node-api', '@duckdb/node-bindings']),
  casework: outer(['base', 'judge', 'record', 'store', 'timeline']),
  watch: outer(['base', 'casework', 'darkspace', 'link', 'logs', 'marking', 'meter', 'record', 'store', 'wire']),
  stream: outer(['base', 'record', 'store']),
  report: outer(['base', 'judge', 'record', 'store', 'timeline']),
  lab: outer(['base', 'darkspace', 'link', 'record', 'wire']),
  console: outer(['base', 'record', 'report', 'store'], ['zod', 'hono', '@hono/node-server', 'uplot']),
  scenario: pure(['base', 'link', 'record', 'wire'], [], ['base', 'link', 'record', 'wire']),
  app: outer(['base', 'record']),
  cli: outer(
    [
      'app',
      'base',
      'casework',
      'console',
      'darkspace',
      'judge',
      'lab',
      'link',
      'logs',
      'marking',
      'meter',
      'record',
      'report',
      'scenario',
      'store',
      'stream',
      'timeline',
      'trace',
      'watch',
      'wire',
    ],
    ['zod', 'commander'],
  ),
};

/** Every dependency of package.json. */
export const packagesOutside: readonly string[] = [
  ...[
    '@duckdb/node-api',
    '@duckdb/node-bindings',
    '@hono/node-server',
    'cap',
    'commander',
    'fzstd',
    'hono',
    'koffi',
    'raw-socket',
    'uplot',
    'winston',
    'yaml',
    'zod',
  ],
];
/** Files that may import one package more than their room. */
const privileged: readonly [file: string, name: string][] = [
  ['src/app/logging.ts', 'winston'],
  ['src/app/yaml.ts', 'yaml'],
];

const builtins = [
  ...['child_process', 'cluster', 'dgram', 'dns', 'fs', 'fs/promises', 'http', 'http2', 'https', 'inspector', 'module', 'net', 'os'],
  ...['perf_hooks', 'process', 'readline', 'timers', 'timers/promises', 'tls', 'tty', 'v8', 'vm', 'worker_threads'],
];
const deeds = [
  ...['Date.now();', 'new Date();', 'performance.now();', 'process.hrtime();', 'process.env;', 'setTimeout(f, 1);', 'setInterval(f, 1);'],
  ...['setImmediate(f);', 'queueMicrotask(f);', 'console.log(1);', "fetch('x');", "new WebSocket('x');", 'crypto.randomUUID();'],
  ...[
    'globalThis.setTimeout(f, 1);',
    'global.process;',
    "require('x');",
    'Math.random();',
    "Math['random']();",
    'const { random } = Math;',
  ],
];
const harmless = ['Math.floor(1.5);', 'new Map();', 'Uint8Array.of(1);', 'structuredClone({});', 'const when: number = 1;'];

const statement = (from: string) => `import { a } from '${from}';`;
/** The ways to import, all of which a rule must see. */
const forms: readonly ((from: string) => string)[] = [
  statement,
  (from) => `import '${from}';`,
  (from) => `import all from "${from}";`,
  (from) => `import * as space from '${from}';`,
  (from) => `import type { A } from '${from}';`,
  (from) => `import { type A } from '${from}';`,
  (from) => `export { a } from '${from}';`,
  (from) => `export * from '${from}';`,
  (from) => `export type { A } from '${from}';`,
  (from) => `const later = await import('${from}');`,
  (from) => `function f() { return import('${from}').then(({ a }) => a); }`,
];
/** Ways that hide a path from the rules, and are forbidden for that reason alone. */
const hidden: readonly ((from: string) => string)[] = [
  (from) => `type A = import('${from}').A;`,
  (from) => `type All = typeof import('${from}');`,
  (from) => `const later = await import(\`${from}\`);`,
  (from) => `const later = await import('' + '${from}');`,
  (from) => `const name = '${from}', later = import(name);`,
];
const detours = ['./../NAME/any.ts', './part/../../NAME/any.ts', '.././NAME/any.ts', '..//NAME/any.ts', '../base/../NAME/any.ts'];

/** One file in `folder` for a room whose files may import `allowed` and `packages`. `up` climbs from the folder to `src`. */
function plantFolder(name: string, folder: string, up: string, room: Room, isPure: boolean, allowed: readonly string[]): Plant {
  const lines: { text: string; forbidden: boolean }[] = [];
  const add = (forbidden: boolean, ...texts: string[]) => lines.push(...texts.map((text) => ({ text, forbidden })));
  const target = (other: string) => `${up}${other}/any.ts`;

  for (const other of Object.keys(rooms).filter((key) => key !== name)) {
    for (const form of allowed.includes(other) ? forms.slice(0, 1) : forms) add(!allowed.includes(other), form(target(other)));
    add(!allowed.includes(other), statement(`${up}${other}/part/any.ts`));
  }
  const other = Object.keys(rooms).find((key) => key !== name) as string;
  for (const form of hidden) add(true, form(target(other)));
  for (const detour of detours) add(true, statement(detour.replace('NAME', other)));
  add(true, statement(`${up}nowhere/any.ts`), statement('..'), statement('/any.ts'), statement('file:///any.ts'), statement('#any'));
  add(false, statement('./any.ts'), statement('./part/any.ts'), "const later = await import('./any.ts');", "export { a } from './any.ts';");
  if (folder !== `src/${name}`) add(false, statement('../any.ts'));
  if (room.edge && isPure) add(true, ...forms.map((form) => form(folder === `src/${name}` ? './edge/any.ts' : '../edge/any.ts')));

  for (const dependency of [...packagesOutside, 'unheard-of']) add(!room.packages.includes(dependency), statement(dependency));
  for (const form of forms) add(true, form('unheard-of'));
  for (const builtin of builtins) add(isPure, statement(`node:${builtin}`));
  for (const form of forms) add(isPure, form('node:fs'));
  for (const builtin of builtins) add(true, statement(builtin));
  add(isPure, ...deeds.filter((deed) => !deed.startsWith('console')));
  if (isPure) add(true, 'console.log(1);', "import { randomBytes } from 'node:crypto';", "const later = await import('node:crypto');");
  add(false, ...harmless);
  return { file: `${folder}/planted.ts`, lines };
}

/** Every file to be planted, with what is expected of each of its lines. */
export function plantsOfAllRooms(): Plant[] {
  const plants: Plant[] = [];
  for (const [name, room] of Object.entries(rooms)) {
    plants.push(plantFolder(name, `src/${name}`, '../', room, room.pure, room.imports));
    plants.push(plantFolder(name, `src/${name}/part`, '../../', room, room.pure, room.imports));
    if (!room.edge) continue;
    plants.push(plantFolder(name, `src/${name}/edge`, '../../', { ...room, packages: ['zod'] }, false, room.edge));
  }
  for (const [file, own] of privileged) {
    const packages = packagesOutside.map((name) => ({ text: statement(name), forbidden: name !== own && name !== 'zod' }));
    plants.push({ file, lines: [...packages, { text: statement('../store/any.ts'), forbidden: true }] });
  }
  plants.push({
    file: 'src/base/time.ts',
    lines: [
      { text: 'new Date(1).toISOString();', forbidden: false },
      { text: 'performance.now();', forbidden: true },
      { text: 'process.hrtime();', forbidden: true },
      { text: "import { a } from 'node:fs';", forbidden: true },
      { text: "import { createHash } from 'node:crypto';", forbidden: false },
    ],
  });
  plants.push({ file: 'src/stray.ts', lines: [{ text: statement('./base/any.ts'), forbidden: true }] });
  plants.push({ file: 'src/nowhere/stray.ts', lines: [{ text: statement('../base/any.ts'), forbidden: true }] });
  return plants;
}
