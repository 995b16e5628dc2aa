import {
  FeastError,
  readOnlineRequest,
  writeOnlineAnswer,
  type AnswerColumn,
  type FieldStatus,
  type OnlineRequest,
} from '@millrace/feast-protocol';
import { isInvalid, type VectorValues, type ViewValues } from '@millrace/feature-engine';
import type { ViewStates } from '../../store/view-states.ts';
import type { BorrowedState } from '../build-vectors.ts';
import { keyColumnOf, keysOf } from './read-keys.ts';
import type { ReadOnDemand, ReadOutput, ReadPlan } from './read-plan.ts';
import type { ReadPlans } from './read-plans.ts';
import { valueOf } from './shown-type.ts';

const maxRows = 10_000;

/** One view for one row. */
interface ViewRow {
  readonly values: ViewValues;
  /** Of all features of the view, unless one of them has no value. */
  readonly status: FieldStatus;
  readonly newestMs: number | null;
}

/** `POST /get-online-features` of Feast: columns of features for columns of keys, evaluated at the time of the request. */
export class ReadOnlineFeatures {
  readonly #plans: Pick<ReadPlans, 'find'>;
  readonly #states: Pick<ViewStates, 'read'>;
  readonly #maxCells: number;
  readonly #now: () => number;

  constructor(parts: {
    plans: Pick<ReadPlans, 'find'>;
    states: Pick<ViewStates, 'read'>;
    maxCells: number;
    now: () => number;
  }) {
    this.#plans = parts.plans;
    this.#states = parts.states;
    this.#maxCells = parts.maxCells;
    this.#now = parts.now;
  }

  /** The answer's text. @throws FeastError for what the caller has to mend. */
  async read(body: unknown): Promise<string> {
    const request = readOnlineRequest(body);
    const plan = await this.#plans.find(request);
    this.#checkSize(request, plan);
    const keys = plan.views.map((view) => keysOf(view, request));
    const rows = requestRows(request, plan);
    const states = await this.#states.read(
      plan.views.flatMap(({ log }, v) => (keys[v] ?? []).map((entity) => ({ log, entity }))),
    );
    const atMs = this.#now();
    const views = plan.views.map(({ log: { view } }, v) =>
      states.slice(v * request.rows, (v + 1) * request.rows).map(({ state }, r): ViewRow => {
        const values = view.evaluate(state, { timeMs: atMs });
        if (!values.answerable) throw outsideRetention(view.id, keys[v]?.[r] ?? '');
        return { values, ...presence(state, atMs - view.spanMs) };
      }),
    );
    const vectors = plan.onDemand.map((onDemand) => evaluateOnDemand(onDemand, { rows, views, atMs }));
    const columns = [
      ...entityColumns(request, plan),
      ...plan.outputs.map((output) => outputColumn(output, views, vectors)),
    ];
    return writeOnlineAnswer(columns, request.versionMetadata ? plan.versions : null);
  }

  #checkSize({ rows }: OnlineRequest, { outputs }: ReadPlan): void {
    if (rows <= maxRows && rows * outputs.length <= this.#maxCells) return;
    throw new FeastError(
      'FEAST_REQUEST_TOO_LARGE',
      `${rows} rows of ${outputs.length} features: one request may have ${maxRows} rows and ${this.#maxCells} values, ask in several`,
    );
  }
}

function presence({ newestMs }: BorrowedState['state'], spanBeginsMs: number): Omit<ViewRow, 'values'> {
  if (newestMs === Number.NEGATIVE_INFINITY) return { status: 'NOT_FOUND', newestMs: null };
  return { status: newestMs <= spanBeginsMs ? 'OUTSIDE_MAX_AGE' : 'PRESENT', newestMs };
}

/** The request's columns as rows, for what pass-through features read. */
function requestRows({ entities, rows }: OnlineRequest, { onDemand }: ReadPlan): Record<string, unknown>[] {
  if (onDemand.length === 0) return [];
  const columns = Object.entries(entities);
  return Array.from({ length: rows }, (_, r) => Object.fromEntries(columns.map(([name, values]) => [name, values[r]])));
}

function evaluateOnDemand(
  { service: { plan }, views: places }: ReadOnDemand,
  { rows, views, atMs }: { rows: readonly Record<string, unknown>[]; views: readonly ViewRow[][]; atMs: number },
): VectorValues[] {
  return rows.map((given, r) => {
    const row = plan.source.complete(given);
    const lacking = plan.requestColumns.filter((column) => !(column in row));
    if (lacking.length > 0) {
      throw new FeastError(
        'FEAST_REQUEST_DATA_NOT_FOUND',
        `entities: there is no column ${lacking.map((name) => `"${name}"`).join(', ')}: on-demand features of ${plan.id} read it (null is a value)`,
      );
    }
    const values = places.map((place) => views[place]?.[r]?.values ?? noValues);
    const vector = plan.vector({ row, eventTimeMs: atMs, values });
    if (isInvalid(vector)) throw new FeastError('FEAST_REQUEST_INVALID', `entities[${r}]: ${vector.message}`);
    return vector;
  });
}

const noValues: ViewValues = { answerable: true, numbers: [], strings: [] };

/** Keys come back as they were sent. */
function entityColumns(request: OnlineRequest, { views }: ReadPlan): AnswerColumn[] {
  const names = new Set(views.map((view) => keyColumnOf(view, request)));
  return Object.entries(request.entities)
    .filter(([name]) => names.has(name))
    .map(([name, values]) => ({
      name,
      type: 'given',
      values,
      statuses: values.map(() => 'PRESENT'),
      eventTimesMs: values.map(() => null),
    }));
}

function outputColumn(
  { name, type, from }: ReadOutput,
  views: readonly ViewRow[][],
  vectors: readonly VectorValues[][],
): AnswerColumn {
  if ('onDemand' in from) {
    const values = (vectors[from.onDemand] ?? []).map((vector) => valueOf(from.feature, vector));
    const statuses = values.map((value): FieldStatus => (value === null ? 'NULL_VALUE' : 'PRESENT'));
    return { name, type, values, statuses, eventTimesMs: values.map(() => null) };
  }
  const rows = views[from.view] ?? [];
  const values = rows.map((row) => valueOf(from.feature, row.values));
  return {
    name,
    type,
    // What a window without events gives in training is what a model must see: 0 for a count, also of an unknown entity.
    values,
    statuses: rows.map(({ status }, r) => (status === 'PRESENT' && values[r] === null ? 'NULL_VALUE' : status)),
    eventTimesMs: rows.map(({ newestMs }) => newestMs),
  };
}

function outsideRetention(view: string, entity: string): FeastError {
  return new FeastError(
    'FEAST_REQUEST_INVALID',
    `the newest event of "${entity}" lies so far in the future that feature view ${view} keeps nothing of the present: ask for a training set instead`,
  );
}
