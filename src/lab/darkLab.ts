/** The lab of the dark watch: every experiment in turn, each on a network of its own. */

import { joinExperiment, lateOwnerExperiment, paperExperiment, sleeperExperiment } from './darkExperiments.ts';
import { gaugeExperiment, sweepExperiment, trialExperiment } from './darkLoad.ts';
import { floodExperiment, reactionExperiment } from './darkSpeed.ts';
import type { Experiment } from './figure.ts';
import { Network, type NetworkShape } from './network.ts';

export interface DarkLabOptions {
  /** Seconds between echo requests of the paper's experiment. */
  readonly pingInterval: number;
  readonly trials: number;
  readonly trialsPerSecond: number;
  readonly joins: number;
  readonly sweep: number;
  readonly sweepPerSecond: number;
  readonly floodPerSecond: number;
  readonly floodSeconds: number;
  /** Frames a second on the mirror port while the reaction is measured. */
  readonly meteredPerSecond: number;
  readonly seed: number;
}

export const fullDarkLab: DarkLabOptions = {
  pingInterval: 1,
  trials: 10_000,
  trialsPerSecond: 80,
  joins: 1000,
  sweep: 100_000,
  sweepPerSecond: 2500,
  floodPerSecond: 3000,
  floodSeconds: 10,
  meteredPerSecond: 100_000,
  seed: 1,
};

const span = (hosts: number): NetworkShape => ({ hosts, mirror: 'span', snooping: false });
const flooded = (snooping: boolean): NetworkShape => ({ hosts: 1, mirror: 'flooded', snooping });

export const darkExperimentNames = ['paper', 'gauge', 'late-owner', 'sleeper', 'joins', 'trials', 'sweep', 'flood', 'reaction'] as const;
export type DarkExperimentName = (typeof darkExperimentNames)[number];

/** Experiments by name, in the order in which they run. */
const experiments: Readonly<Record<DarkExperimentName, (options: DarkLabOptions) => Promise<Experiment[]>>> = {
  paper: ({ pingInterval }) => on(span(20), async (network) => [await paperExperiment(network, pingInterval)]),
  gauge: async () => {
    const verdicts = [['blind', true] as const, ['sees', false] as const];
    const both = verdicts.map(([wanted, snooping]) => on(flooded(snooping), async (network) => [await gaugeExperiment(network, wanted)]));
    return (await Promise.all(both)).flat();
  },
  'late-owner': () => on(span(2), async (network) => [await lateOwnerExperiment(network)]),
  sleeper: () => on(span(2), async (network) => [await sleeperExperiment(network)]),
  joins: ({ joins }) => on(span(20), async (network) => [await joinExperiment(network, joins)]),
  trials: ({ trials, trialsPerSecond, seed }) =>
    on(span(4), async (network) => [await trialExperiment(network, trials, trialsPerSecond, seed)]),
  sweep: ({ sweep, sweepPerSecond }) => on(span(3), async (network) => [await sweepExperiment(network, sweep, sweepPerSecond)]),
  flood: ({ floodPerSecond, floodSeconds }) =>
    on(span(1), async (network) => [await floodExperiment(network, floodPerSecond, floodSeconds)]),
  reaction: ({ meteredPerSecond }) => on(span(1), (network) => reactionExperiment(network, meteredPerSecond)),
};

async function on(shape: NetworkShape, work: (network: Network) => Promise<Experiment[]>): Promise<Experiment[]> {
  const network = Network.make(shape);
  try {
    return await work(network);
  } finally {
    network.close();
  }
}

/** Runs the named experiments, and tells each when it is done. */
export async function runDarkLab(
  names: readonly DarkExperimentName[],
  options: DarkLabOptions,
  tell: (experiment: Experiment) => void,
  signal?: AbortSignal,
): Promise<Experiment[]> {
  const done: Experiment[] = [];
  for (const name of darkExperimentNames.filter((one) => names.includes(one))) {
    signal?.throwIfAborted();
    for (const experiment of await experiments[name](options)) {
      done.push(experiment);
      tell(experiment);
    }
  }
  return done;
}
