/** Reads a file of explanations that an operator wrote, all faults at once. */

import { readFile } from 'node:fs/promises';
import { Failure } from '../base/failure.ts';
import { type Explanation, explanationFile, explanationsOf } from '../record/explanation.ts';
import { systemReason } from './failure.ts';
import { parseYaml } from './yaml.ts';

/** @param check finds what is wrong with one explanation beyond its form, or nothing */
export async function loadExplanations(path: string, check: (one: Explanation) => string | undefined): Promise<Explanation[]> {
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new Failure('FILE_UNREADABLE', `${path} cannot be read: ${systemReason(cause)}`, 'name a YAML file of explanations', { cause });
  });
  const yaml = parseYaml(text);
  const faults = 'faults' in yaml ? [...yaml.faults] : [];
  if ('value' in yaml) {
    const parsed = explanationFile.safeParse(yaml.value);
    if (parsed.success) {
      const explanations = explanationsOf(parsed.data);
      faults.push(...explanations.flatMap((one) => check(one) ?? []));
      if (faults.length === 0) return explanations;
    } else faults.push(...parsed.error.issues.map((issue) => `${placeOf(yaml.value, issue.path)}: ${issue.message}`));
  }
  throw new Failure('FILE_FAULTY', `${path}: ${faults.join('; ')}`, 'mend these entries: nothing of the file was taken');
}

/** `explanations.3 (my/rule).port`: people count badly, so the id stands beside the number. */
function placeOf(value: unknown, path: readonly PropertyKey[]): string {
  const [first, index, ...rest] = path;
  if (first !== 'explanations' || typeof index !== 'number') return path.join('.') || 'the file';
  const id = (value as { explanations?: { id?: unknown }[] }).explanations?.[index]?.id;
  return [`explanations.${index + 1}${typeof id === 'string' ? ` (${id})` : ''}`, ...rest].join('.');
}
