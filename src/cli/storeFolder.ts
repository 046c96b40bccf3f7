/** Options that several verbs share. Which store a verb works on: `--data`, then YOBAN_DATA, then the configuration. */

import type { Configuration } from '../app/configuration.ts';

export const dataOption = ['--data <dir>', 'folder of the store (default: YOBAN_DATA, then `data` of the configuration)'] as const;
export const configOption = ['--config <file>', 'configuration (YAML); see appliance/yoban.yaml'] as const;
export const zoneOption = ['--zone <zone>', 'time zone of logs whose times name none, such as +09:00 or Z'] as const;
export const encodingOption = [
  '--encoding <name>',
  'of logs that are not Unicode: ibm437, ibm850, windows-1252, shift_jis, … (default: what it looks like)',
] as const;
export const formatOption = ['--format <format>', 'text for people, json for programs'] as const;

/** Without a configuration nothing was said of clocks, and what was said before stands. */
export function clockOption(config: string | undefined, { clock }: Configuration): { readonly correctClocks?: boolean } {
  return config === undefined ? {} : { correctClocks: clock.correct };
}

export function storeFolder(option: string | undefined, configured: string): string {
  return option ?? process.env.YOBAN_DATA ?? configured;
}
