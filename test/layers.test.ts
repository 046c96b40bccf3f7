/**
 * The canary of the layer rules: plants what each room may not do and asserts that the lint bites, plants what it may do and
 * asserts that it does not, then takes each rule away and asserts that this very test would notice.
 */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Expectation, packagesOutside, plantsOfAllRooms, rooms } from './layers/plants.ts';
import { repositoryRoot } from './repositoryRoot.ts';

const biome = join(repositoryRoot, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
const layerRules = /^::error title=(?:lint\/style\/noRestrictedImports|lint\/style\/noRestrictedGlobals|plugin),file=(.*?),line=(\d+),/gm;

interface Configuration {
  readonly linter: object;
  readonly plugins: readonly { readonly path: string; readonly includes: readonly string[] }[];
  readonly overrides: readonly { readonly includes: readonly string[]; readonly linter?: object }[];
}

/** `file:line` of every line below `part` on which a layer rule bit. */
function bites(folder: string, part = 'src'): Promise<Set<string>> {
  return new Promise((resolve, reject) => {
    const options = { cwd: folder, maxBuffer: 64 * 1024 * 1024 };
    const commandLine = [biome, 'lint', '--reporter=github', '--max-diagnostics=none', part];
    execFile(process.execPath, commandLine, options, (error, stdout, stderr) => {
      // With 1 it found something; anything else, or an unreadable configuration, is no verdict at all.
      if (error && (error.code !== 1 || /title=(?!lint|plugin)|configuration resulted in errors/.test(stdout + stderr))) {
        reject(new Error(`biome failed: ${stderr}${stdout}`.slice(0, 4000)));
      } else {
        resolve(new Set([...stdout.matchAll(layerRules)].map(([, file = '', line]) => `${file.slice(file.indexOf('src/'))}:${line}`)));
      }
    });
  });
}

/** Sentences about every line on which rule and expectation differ. */
function differences(expected: readonly Expectation[], bitten: ReadonlySet<string>): string[] {
  return expected
    .filter(({ file, line, forbidden }) => bitten.has(`${file}:${line}`) !== forbidden)
    .map(({ file, line, forbidden, text }) => `${file}:${line} ${forbidden ? 'was not caught' : 'was caught but is allowed'}: ${text}`);
}

async function plant(folder: string): Promise<Expectation[]> {
  const expected: Expectation[] = [];
  for (const { file, lines } of plantsOfAllRooms()) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), lines.map(({ text }) => `${text}\n`).join(''));
    lines.forEach(({ text, forbidden }, index) => {
      expected.push({ file, line: index + 1, text, forbidden });
    });
  }
  return expected;
}

describe('the layer rules', () => {
  let folder: string;
  let configuration: Configuration;
  let expected: Expectation[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'yoban-layers-'));
    await cp(join(repositoryRoot, 'biome.json'), join(folder, 'biome.json'));
    await mkdir(join(folder, 'test', 'layers'), { recursive: true });
    for (const plugin of ['imports.grit', 'purity.grit'])
      await cp(join(repositoryRoot, 'test', 'layers', plugin), join(folder, 'test', 'layers', plugin));
    configuration = JSON.parse(await readFile(join(folder, 'biome.json'), 'utf8'));
    expected = await plant(folder);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('bite on everything that a room may not do, and on nothing that it may', async () => {
    assert.deepEqual(differences(expected, await bites(folder)), []);
    assert.ok(expected.some(({ forbidden }) => forbidden) && expected.some(({ forbidden }) => !forbidden));
  });

  it('know every folder of src/', async () => {
    const folders = await readdir(join(repositoryRoot, 'src'), { withFileTypes: true });
    assert.deepEqual(
      folders.map((entry) => entry.name).filter((name) => !(name in rooms)),
      [],
    );
  });

  it('know every dependency of package.json', async () => {
    const manifest = JSON.parse(await readFile(join(repositoryRoot, 'package.json'), 'utf8'));
    const dependencies = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
    assert.deepEqual(dependencies.toSorted(), packagesOutside.toSorted());
  });

  it('are all needed: without any one of them this test would fail', async () => {
    // The part of the tree that a rule speaks of, which is all that has to be looked at again.
    const partOf = (includes: readonly string[]) => (includes[0] as string).replace(/\/\*\*$/, '');
    const linter = { rules: { preset: 'none' } };
    const noticed = async (change: Partial<Configuration>, part: string): Promise<boolean> => {
      await writeFile(join(folder, 'biome.json'), JSON.stringify({ ...configuration, linter, ...change }));
      const there = expected.filter(({ file }) => file === part || file.startsWith(`${part}/`));
      assert.ok(there.length > 0, `nothing is planted in ${part}`);
      return differences(there, await bites(folder, part)).length > 0;
    };
    for (const override of configuration.overrides.filter(({ linter }) => linter)) {
      const overrides = configuration.overrides.filter((other) => other !== override);
      const part = partOf(override.includes);
      assert.ok(await noticed({ overrides }, part), `nobody would notice if the rule of ${override.includes.join(', ')} were gone`);
    }
    for (const plugin of configuration.plugins) {
      const plugins = configuration.plugins.filter((other) => other !== plugin);
      assert.ok(await noticed({ plugins }, partOf(plugin.includes)), `nobody would notice if ${plugin.path} were gone`);
    }
    assert.equal(await noticed({}, 'src'), false);
  });
});
