/** Reads the knowledge base: every `*.yaml` of a folder, checked strictly, all faults at once. */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../base/failure.ts';
import { type Explanation, explanationFile, explanationsOf } from '../record/explanation.ts';
import { parseYaml } from './yaml.ts';

/** @returns all explanations, in the order of files and entries; ids are unique over all files */
export async function loadKnowledge(folder: string): Promise<Explanation[]> {
  const files = await readdir(folder).catch((cause) => {
    throw new Failure(
      'KNOWLEDGE_MISSING',
      `the knowledge base ${folder} cannot be read: ${cause.message}`,
      'install Yoban anew, or name the folder that holds its *.yaml files',
      { cause },
    );
  });
  const faults: string[] = [];
  const explanations: Explanation[] = [];
  for (const file of files.filter((name) => name.endsWith('.yaml')).sort()) {
    const path = join(folder, file);
    const yaml = parseYaml(await readFile(path, 'utf8'));
    if ('faults' in yaml) {
      faults.push(...yaml.faults.map((fault) => `${path}: ${fault}`));
      continue;
    }
    const parsed = explanationFile.safeParse(yaml.value);
    if (parsed.success) explanations.push(...explanationsOf(parsed.data));
    else faults.push(...parsed.error.issues.map((issue) => `${path}: ${issue.path.join('.')}: ${issue.message}`));
  }
  const seen = new Set<string>();
  for (const { id } of explanations) {
    if (seen.has(id)) faults.push(`${folder}: the id ${id} stands in two files`);
    seen.add(id);
  }
  if (faults.length > 0) throw new Failure('KNOWLEDGE_FAULTY', faults.join('\n'), 'mend these entries');
  return explanations;
}
