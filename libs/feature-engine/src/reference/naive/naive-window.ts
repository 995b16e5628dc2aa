import type { WindowedFeature } from '../../definitions/definition.ts';
import { durationMs } from '../../definitions/duration.ts';
import type { NaiveAt, NaiveEvent } from '../naive-view.ts';

type Asked = Pick<NaiveAt, 'timeMs' | 'own'>;

/** For tests: the known events that a feature counts, each kind of window written down as its definition says. */
export function naiveWindow(
  { window, delay = '0ms', ownEvent }: WindowedFeature,
  known: readonly NaiveEvent[],
  { timeMs, own }: Asked,
): NaiveEvent[] {
  const delayMs = durationMs(delay);
  const upToMs = timeMs - delayMs;
  const reached = known.filter((event) => {
    if (event.timeMs > upToMs) return false;
    if (delayMs > 0 || own === null || event === own || event.timeMs < timeMs) return true;
    return event.position < own.position;
  });
  const counted = reached.filter((event) => event !== own || ownEvent !== 'exclude');
  if (typeof window === 'string') return counted.filter((event) => event.timeMs > upToMs - durationMs(window));
  if (window.kind === 'lifetime') return counted;
  if (window.kind === 'session') {
    let startMs = timeMs;
    for (const event of reached.toSorted((a, b) => b.timeMs - a.timeMs))
      if (startMs - event.timeMs <= durationMs(window.gap)) startMs = event.timeMs;
    return counted.filter((event) => event.timeMs >= startMs && event.timeMs > timeMs - durationMs(window.max));
  }
  const [size, offset] = [durationMs(window.size), durationMs(window.offset)];
  const numberOf = (ms: number) => Math.floor((ms - offset) / size);
  const wanted = numberOf(upToMs) - (window.which === 'previous' ? 1 : 0);
  return counted.filter((event) => numberOf(event.timeMs) === wanted);
}
