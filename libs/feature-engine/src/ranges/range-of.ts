import type { WindowedFeature } from '../definitions/definition.ts';
import { durationMs } from '../definitions/duration.ts';
import { lifetimeRange } from './lifetime.ts';
import type { Range } from './range.ts';
import { sessionRange } from './session.ts';
import { slidingRange } from './sliding.ts';
import { tumblingRange } from './tumbling.ts';

/** The range that a feature's document asks for. */
export function rangeOf({ window, delay, ownEvent }: WindowedFeature): Range {
  const reach = { delayMs: delay === undefined ? 0 : durationMs(delay), countsOwn: ownEvent !== 'exclude' };
  if (typeof window === 'string') return slidingRange(durationMs(window), reach);
  switch (window.kind) {
    case 'tumbling':
      return tumblingRange(window, reach);
    case 'session':
      return sessionRange(window, reach.countsOwn);
    case 'lifetime':
      return lifetimeRange(reach);
  }
}
