/**
 * `NOT_FOUND`: no event of the entity has ever come. `OUTSIDE_MAX_AGE`: all of them are older than any window of the view.
 * `NULL_VALUE`: there are events, but they give no value.
 */
export type FieldStatus = 'PRESENT' | 'NULL_VALUE' | 'NOT_FOUND' | 'OUTSIDE_MAX_AGE';

/** How a column is written. Whole numbers of a `double` keep their point: a client guesses types from the text. */
export type ShownType = 'integer' | 'double' | 'boolean' | 'string' | 'given';

export interface AnswerColumn {
  readonly name: string;
  readonly type: ShownType;
  /** A value a row; null has none. Booleans may be 0 and 1; `given` are the request's own. */
  readonly values: readonly unknown[];
  readonly statuses: readonly FieldStatus[];
  /** Time of the newest event behind the value; null where there is none. */
  readonly eventTimesMs: readonly (number | null)[];
}

export interface ViewVersion {
  readonly name: string;
  readonly version: number;
}

/** The body of an answer to `POST /get-online-features`: one result a column, in the order of the names. */
export function writeOnlineAnswer(columns: readonly AnswerColumn[], versions: readonly ViewVersion[] | null): string {
  const names = columns.map(({ name }) => JSON.stringify(name)).join(',');
  const metadata = versions === null ? '' : `,"feature_view_metadata":${JSON.stringify(versions)}`;
  const results = columns.map(writeColumn).join(',');
  return `{"metadata":{"feature_names":[${names}]${metadata}},"results":[${results}]}`;
}

function writeColumn({ type, values, statuses, eventTimesMs }: AnswerColumn): string {
  const write = writers[type];
  const shownValues = values.map((value) => (value === null ? 'null' : write(value))).join(',');
  const shownStatuses = statuses.map((status) => `"${status}"`).join(',');
  const shownTimes = eventTimesMs.map((timeMs) => `"${timeText(timeMs ?? 0)}"`).join(',');
  return `{"values":[${shownValues}],"statuses":[${shownStatuses}],"event_timestamps":[${shownTimes}]}`;
}

const writers: Readonly<Record<ShownType, (value: unknown) => string>> = {
  integer: (value) => (Number.isInteger(value) ? String(value) : doubleText(Number(value))),
  double: (value) => doubleText(Number(value)),
  boolean: (value) => (value === true || value === 1 ? 'true' : 'false'),
  string: (value) => JSON.stringify(value),
  given: (value) => JSON.stringify(value),
};

/** JSON of a double that is read as a double again, with its sign. What is not finite is null: "NaN" would be a text. */
export function doubleText(value: number): string {
  if (!Number.isFinite(value)) return 'null';
  if (Object.is(value, -0)) return '-0.0';
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** As protobuf's JSON has times: without a fraction where there is none. */
function timeText(timeMs: number): string {
  const text = new Date(timeMs).toISOString();
  return text.endsWith('.000Z') ? `${text.slice(0, -5)}Z` : text;
}
