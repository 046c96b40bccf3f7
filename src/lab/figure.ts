/** What a lab measures: a figure, what it must be, and whether it is. */

export interface Figure {
  readonly what: string;
  readonly measured: string;
  readonly wanted: string;
  readonly isMet: boolean;
}

export interface Experiment {
  readonly name: string;
  readonly figures: readonly Figure[];
}

export function figure(what: string, measured: string | number, wanted: string, isMet: boolean): Figure {
  return { what, measured: String(measured), wanted, isMet };
}

/** The `share`-th smallest of the values: 0.5 is the median. `NaN` when there are none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
