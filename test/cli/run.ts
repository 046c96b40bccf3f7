/** Runs the built program as a user would: a process of its own. */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';

export const program = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export function yoban(...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const environment = { ...process.env };
    delete environment.YOBAN_DATA;
    execFile(process.execPath, [program, ...args], { maxBuffer: 1 << 28, env: environment }, (error, stdout, stderr) => {
      resolve({ exitCode: error ? (typeof error.code === 'number' ? error.code : -1) : 0, stdout, stderr });
    });
  });
}

export function startYoban(...args: string[]): ChildProcess {
  return spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Fails with what the program complained of. The output is held to the published contract. */
export async function yobanJson<T extends z.ZodType>(contract: T, ...args: string[]): Promise<z.infer<T>> {
  const { exitCode, stdout, stderr } = await yoban(...args, '--format', 'json');
  if (exitCode !== 0) throw new Error(`yoban ${args[0]} ended with ${exitCode}: ${stderr}`);
  return contract.parse(JSON.parse(stdout));
}

export interface StoryFiles {
  readonly capture: string;
  readonly log: string;
  readonly truth: string;
}

export async function writeStory(name: string, seed: number, folder: string): Promise<StoryFiles> {
  const { exitCode, stdout, stderr } = await yoban('scenario', name, '--seed', String(seed), '--out', folder);
  if (exitCode !== 0) throw new Error(stderr);
  const files = stdout.trim().split('\n');
  const [capture, log, truth] = [files[0], files[1], files.at(-1)] as [string, string, string];
  if (![capture, log, truth, join(folder, 'truth.json')].every((file) => existsSync(file)))
    throw new Error(`the story ${name} lacks a file`);
  return { capture, log, truth };
}
