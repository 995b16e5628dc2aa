import { count, indented, table } from './layout.ts';

/** What the features service answers to a trace; see its API documentation. */
export interface Trace {
  readonly eventId: string;
  readonly events: readonly TracedEvent[];
  readonly deadLetters: readonly TracedDeadLetter[];
}

interface TracedEvent {
  readonly source: string;
  readonly position: {
    readonly topic: string;
    readonly generation: number;
    readonly partition: number;
    readonly offset: number;
  };
  readonly event: Readonly<Record<string, unknown>>;
  readonly vectors: readonly TracedVector[];
  readonly predictions: readonly TracedPrediction[];
  readonly outcomes: readonly { readonly label: number; readonly observed_at: string }[];
}

interface TracedDeadLetter {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number | string;
  readonly reason: string;
  readonly message: string;
  readonly buried_at: string;
}

interface TracedVector {
  readonly lane: string;
  readonly eventTime: string;
  readonly computedAt: string;
  readonly entities: Readonly<Record<string, string>>;
  readonly features: readonly TracedFeature[];
  readonly note?: string;
  readonly sql?: string;
}

interface TracedFeature {
  readonly feature: string;
  readonly value: number | string | null;
  readonly view?: string;
  /** `after` is null where every event before counts too. */
  readonly window?: { readonly after: string | null; readonly upTo: string };
  readonly eventCount?: number;
  readonly events?: readonly { readonly id: string | null; readonly event_time: string; readonly position: number }[];
}

interface TracedPrediction {
  readonly endpoint: string;
  readonly model: string;
  readonly model_version: string;
  readonly status: string;
  readonly error: string | null;
  readonly score: number | null;
  readonly scored_at: string;
  readonly duration_us: number | string;
  readonly latency_ms: number | string;
}

/** Of the events inside a window: the newest ones are named. */
const namedEvents = 5;

/** A trace for a person to read, in the order in which it happened. */
export function renderTrace({ events, deadLetters }: Trace): string[] {
  return [...deadLetters.flatMap(deadLetterLines), ...events.flatMap(eventLines)];
}

function deadLetterLines({ topic, partition, offset, group, reason, message, buried_at }: TracedDeadLetter): string[] {
  return [
    `${topic}/${partition}/${offset}: given up by ${group} at ${buried_at}`,
    `  ${reason}: ${message}`,
    `  its bytes: millrace dead-letters show ${group} ${topic}/${partition}/${offset}`,
  ];
}

function eventLines({ source, position, event, vectors, predictions, outcomes }: TracedEvent): string[] {
  const { topic, generation, partition, offset } = position;
  const columns = Object.entries(event).filter(([name]) => !name.startsWith('_'));
  return [
    `event of source ${source} at ${topic}/${partition}/${offset}${generation > 0 ? ` (generation ${generation})` : ''}`,
    ...meta(event),
    ...indented(table(columns.map(([name, value]) => [name, textOf(value)]))),
    ...(vectors.length === 0
      ? ['', 'no feature vector: no feature service reads the source, or history is behind']
      : []),
    ...vectors.flatMap(vectorLines),
    '',
    ...(predictions.length === 0 ? ['no prediction yet'] : predictions.flatMap(predictionLines)),
    '',
    ...(outcomes.length === 0
      ? ['no outcome yet']
      : outcomes.map(({ label, observed_at }) => `outcome ${label}, known at ${observed_at}`)),
    ...vectors.flatMap(sqlLines),
  ];
}

/** What the log and the features service know of the event beside its columns. */
function meta(event: Readonly<Record<string, unknown>>): string[] {
  const shown = { id: event['_id'], 'event time': event['_event_time'], published: event['_timestamp'] };
  const known = Object.entries(shown).filter(([, value]) => value !== null && value !== undefined);
  return known.map(([name, value]) => `  ${name}: ${textOf(value)}`);
}

function vectorLines({ lane, eventTime, computedAt, entities, features, note }: TracedVector): string[] {
  const keys = Object.entries(entities).map(([entity, key]) => `${entity} ${key}`);
  return [
    '',
    `vector of ${lane} for ${keys.join(', ')} at ${eventTime}, computed ${computedAt}`,
    ...(note === undefined ? [] : [`  ${note}`]),
    ...indented(table(features.map(featureRow))),
  ];
}

function featureRow({ feature, value, view, window, eventCount, events = [] }: TracedFeature): string[] {
  if (window === undefined) return [feature, textOf(value), 'from the event itself'];
  const named = events.slice(-namedEvents).map(({ id, position }) => id ?? `position ${position}`);
  const more = (eventCount ?? 0) > named.length ? '…, ' : '';
  const inside = eventCount ? `${count(eventCount, 'event')}: ${more}${named.join(', ')}` : 'no events';
  return [feature, textOf(value), `${view ?? ''} (${window.after ?? '…'}, ${window.upTo}]`, inside];
}

function predictionLines(prediction: TracedPrediction): string[] {
  const { endpoint, model, model_version, status, error, score, scored_at, duration_us, latency_ms } = prediction;
  const result = status === 'ok' ? `score ${textOf(score)}` : `failed: ${error ?? ''}`;
  return [
    `endpoint ${endpoint}: ${result}, by ${model} version ${model_version}`,
    `  scored at ${scored_at}, ${latency_ms} ms after the event was published; the model took ${duration_us} us`,
  ];
}

function sqlLines({ lane, sql }: TracedVector): string[] {
  return sql === undefined
    ? []
    : ['', `SQL that reproduces the vector of ${lane}:`, ...indented(sql.trim().split('\n'))];
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return 'missing';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
