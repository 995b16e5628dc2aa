import type { Distribution } from './search-space.ts';

/** Kinds with an order among their values. */
export type Numeric = Extract<Distribution, { readonly low: number }>;

/** A numeric parameter as an interval of a line on which it is uniform: of logarithms where its scale is logarithmic. */
export interface Axis {
  readonly low: number;
  readonly high: number;
  /** Where a value lies. */
  readonly place: (value: number) => number;
  /** The value at a place; the nearest one where there are steps. */
  readonly value: (place: number) => number;
  /** The places that give the same value, for parameters with steps; null for continuous ones. */
  readonly cell: (value: number) => readonly [from: number, to: number] | null;
}

export function axisOf(parameter: Numeric): Axis {
  if (parameter.kind === 'uniform' || parameter.kind === 'log-uniform') {
    const { place, at } = scaleOf(parameter.kind === 'log-uniform');
    const { low, high } = parameter;
    // Rounding of exp(ln x) must not leave the bounds.
    const value = (z: number): number => Math.min(high, Math.max(low, at(z)));
    return { low: place(low), high: place(high), place, value, cell: () => null };
  }
  const { low, step, scale } = parameter;
  const { place, at } = scaleOf(scale === 'log');
  const last = stepsOf(parameter);
  // Half a step beyond both ends: each value then has a cell of its own. Logarithms need what is above zero.
  const edge = (k: number): number => place(scale === 'log' ? Math.max(low + k * step, low / 2) : low + k * step);
  const indexOf = (value: number): number => Math.min(last, Math.max(0, Math.round((value - low) / step)));
  return {
    low: edge(-0.5),
    high: edge(last + 0.5),
    place,
    value: (z) => steppedValue(parameter, indexOf(at(z))),
    cell: (value) => [edge(indexOf(value) - 0.5), edge(indexOf(value) + 0.5)],
  };
}

/** Number of steps from the lowest value to the highest. */
export function stepsOf({ low, high, step }: { low: number; high: number; step: number }): number {
  // What the division of decimal fractions loses: (0.3 - 0) / 0.1 is 2.9999…
  return Math.floor((high - low) / step + 1e-9);
}

/** Without the tail of digits that sums of decimal fractions have. */
export function steppedValue({ kind, low, step }: { kind: string; low: number; step: number }, index: number): number {
  const value = low + index * step;
  return kind === 'int' ? value : Number(value.toPrecision(14));
}

function scaleOf(isLog: boolean): { place: (value: number) => number; at: (place: number) => number } {
  return isLog ? { place: Math.log, at: Math.exp } : { place: (value) => value, at: (place) => place };
}
