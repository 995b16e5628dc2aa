import type { SweepRetired } from '../flow/sweep-retired.ts';
import type { Background } from './start-features.ts';

const everyMs = 5_000;

/** Sweeps after definitions have changed, until a sweep has done all there was to do. */
export function sweepWhenDue(sweepRetired: Pick<SweepRetired, 'run'>): Background {
  // What ran when the last process ended is not known: the first sweep is always due.
  let isDue = true;
  return {
    name: 'sweep',
    everyMs,
    definitionsChanged: () => {
      isDue = true;
    },
    run: async () => {
      if (!isDue) return;
      isDue = false;
      try {
        if (!(await sweepRetired.run())) isDue = true;
      } catch (error) {
        isDue = true;
        throw error;
      }
    },
  };
}
