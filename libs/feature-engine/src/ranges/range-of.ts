import type { WindowedFeature } from '../definitions/definition.ts';
import { durationMs } from '../definitions/duration.ts';
import type { Range } from './range.ts';
import { slidingRange } from './sliding.ts';

/** The range that a feature's document asks for. */
export function rangeOf({ window, delay, ownEvent }: WindowedFeature): Range {
  return slidingRange({
    windowMs: durationMs(window),
    delayMs: delay === undefined ? 0 : durationMs(delay),
    countsOwn: ownEvent !== 'exclude',
  });
}
