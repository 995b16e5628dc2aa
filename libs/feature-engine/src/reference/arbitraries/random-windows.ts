import fc from 'fast-check';
import type { Aggregation } from '../../aggregations/registry.ts';
import type { SessionWindow, TumblingWindow, WindowDocument } from '../../ranges/window-document.ts';

/** For tests: days and their like, some of which begin where others do. */
export const randomTumbling: fc.Arbitrary<TumblingWindow> = fc.record({
  kind: fc.constant('tumbling'),
  size: fc.constantFrom('4ms', '7ms', '20ms'),
  offset: fc.constantFrom('0ms', '1ms', '3ms'),
  which: fc.constantFrom('current', 'previous'),
});

/** Gaps that events are often just within. */
export const randomSession: fc.Arbitrary<SessionWindow> = fc.record({
  kind: fc.constant('session'),
  gap: fc.constantFrom('1ms', '2ms', '3ms'),
  max: fc.constantFrom('4ms', '10ms', '40ms'),
});

/** A window that is not refused for such a feature: about the own event, or of what would grow for ever. */
export function fittingWindow(window: WindowDocument, aggregation: Aggregation, members: object): WindowDocument {
  if (typeof window === 'string') return window;
  const isAboutOwn = aggregation === 'own' || aggregation === 'z-score';
  if (window.kind === 'tumbling' && isAboutOwn) return { ...window, which: 'current' };
  const grows = aggregation === 'own' || (aggregation === 'counts' && !('keys' in members));
  return window.kind === 'lifetime' && grows ? '20ms' : window;
}
