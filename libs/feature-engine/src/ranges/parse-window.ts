import type { AggregationKind } from '../aggregations/aggregation.ts';
import { parseDuration } from '../definitions/duration.ts';
import { quote } from '../definitions/faults.ts';
import { ObjectReader } from '../definitions/object-reader.ts';
import { parseSession } from './session.ts';
import { parseTumbling } from './tumbling.ts';
import type { WindowDocument } from './window-document.ts';

const kinds = ['tumbling', 'session', 'lifetime'] as const;

/** Reads the window of a feature: a duration, which slides, or an object with its kind. */
export function parseWindow(feature: ObjectReader, aggregation: AggregationKind): WindowDocument {
  const written = feature.raw('window');
  if (written === undefined || typeof written === 'string')
    return feature.required('window', feature.duration('window', 'positive'), '1d');
  if (typeof written !== 'object' || written === null || Array.isArray(written)) {
    feature.fault(
      'window',
      `must be a duration such as "7d", or an object of kind ${kinds.join(', ')}, not ${quote(written)}`,
    );
    return '1d';
  }
  const reader = new ObjectReader(written, feature.at('window'), feature.faults);
  const kind = reader.required('kind', reader.oneOf('kind', kinds), null);
  // What other members it may have depends on its kind.
  if (kind === null) return '1d';
  const window = readers[kind](reader);
  reader.close();
  if (kind === 'session') refuseDelay(feature);
  if (kind === 'lifetime' && aggregation.part === undefined)
    feature.fault(
      'window',
      'must not be a lifetime: what this aggregation gives cannot be put together out of events that are no longer kept',
    );
  return window;
}

const readers: Readonly<Record<(typeof kinds)[number], (reader: ObjectReader) => WindowDocument>> = {
  tumbling: parseTumbling,
  session: parseSession,
  lifetime: () => ({ kind: 'lifetime' }),
};

function refuseDelay(feature: ObjectReader): void {
  const delay = feature.raw('delay');
  if (typeof delay === 'string' && (parseDuration(delay) ?? 0) > 0)
    feature.fault('delay', 'must be left out: a session is what goes on at the time itself');
}
