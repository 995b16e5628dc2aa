import { gridPoint } from './grid.ts';
import type { Goal, PastTrial } from './past-trial.ts';
import { seededRandom } from './random.ts';
import { randomPoint } from './random-search.ts';
import type { Params, SearchSpace } from './search-space.ts';
import { tpePoint } from './tpe.ts';

export type Method =
  | { readonly kind: 'grid' }
  | { readonly kind: 'random' }
  | { readonly kind: 'tpe'; readonly startup: number; readonly candidates: number };

export interface Search {
  readonly space: SearchSpace;
  readonly method: Method;
  readonly goal: Goal;
  /** A whole number. */
  readonly seed: number;
}

/** Params of the next trial, made of the seed and the trials before it alone; null when a grid has no more points. */
export function suggest({ space, method, goal, seed }: Search, past: readonly PastTrial[]): Params | null {
  const number = past.length;
  const random = seededRandom(seed, number);
  switch (method.kind) {
    case 'grid':
      return gridPoint(space, number);
    case 'random':
      return randomPoint(space, random);
    case 'tpe':
      return tpePoint(space, past, { options: { goal, ...method }, random });
  }
}
