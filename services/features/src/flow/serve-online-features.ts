import { isInvalid, type ServicePlan } from '@millrace/feature-engine';
import type { Cut } from '@millrace/schemas';
import { CodedError, type Fault } from '@millrace/service-kit';
import { invalidRequest } from '../errors.ts';
import type { ViewStates } from '../store/view-states.ts';
import type { PlannedService } from './source-blueprint.ts';
import type { PlannedServices, ServiceReference } from './planned-services.ts';

export interface OnlineRequest {
  readonly featureService: string;
  readonly version?: number | undefined;
  /** One row a vector: entity or key column to key. */
  readonly entities: readonly Readonly<Record<string, string | number>>[];
  /** Columns that pass-through features need, one row a vector. */
  readonly request?: readonly Readonly<Record<string, unknown>>[] | undefined;
  /** Time of evaluation; the time of the request when absent. */
  readonly atMs?: number | undefined;
}

/** One vector as HTTP gives it: NaN is null. */
export interface ServedVector {
  readonly entities: Readonly<Record<string, string>>;
  readonly eventTimeMs: number;
  readonly numbers: readonly (number | null)[];
  readonly strings: readonly (string | null)[];
  readonly cuts: readonly Cut[];
}

export interface ServedFeatures {
  readonly featureService: string;
  readonly version: number;
  readonly featureNames: readonly string[];
  readonly types: readonly string[];
  readonly vectors: readonly ServedVector[];
}

/** Values of a feature service for entities, evaluated at the time of the request or at a given one. */
export class ServeOnlineFeatures {
  readonly #services: PlannedServices;
  readonly #states: ViewStates;
  readonly #now: () => number;

  constructor(services: PlannedServices, states: ViewStates, now: () => number) {
    this.#services = services;
    this.#states = states;
    this.#now = now;
  }

  /** What a feature service makes: names and types in the order of its vectors. */
  async describe(reference: ServiceReference): Promise<Omit<ServedFeatures, 'vectors'>> {
    return describePlan((await this.#services.find(reference)).plan);
  }

  async serve(request: OnlineRequest): Promise<ServedFeatures> {
    const service = await this.#services.findServing({ name: request.featureService, version: request.version });
    const { plan, views } = service;
    const keys = readKeys(service, request);
    const atMs = request.atMs ?? this.#now();
    const states = await this.#states.read(
      keys.flatMap((row) => views.map(({ log }, v) => ({ log, entity: row[v] ?? '' }))),
    );
    const vectors = keys.map((row, r) => {
      const own = states.slice(r * views.length, (r + 1) * views.length);
      const values = views.map(({ log }, v) => log.view.evaluate(own[v]?.state ?? null, { timeMs: atMs }));
      values.forEach((value, v) => {
        if (!value.answerable) throw outsideRetention(views[v]?.log.view.id ?? '', row[v] ?? '', atMs);
      });
      const vector = plan.vector({
        row: plan.source.complete({ ...request.entities[r], ...request.request?.[r] }),
        eventTimeMs: atMs,
        values,
      });
      if (isInvalid(vector)) throw invalidRequest([{ path: `request[${r}]`, message: vector.message }]);
      const cuts = own.map(({ partition, cut }) => ({ partition, offset: cut, ownOffset: -1 }));
      return servedVector({ entities: plan.entities(row), eventTimeMs: atMs, ...vector, cuts });
    });
    return { ...describePlan(plan), vectors };
  }
}

export function describePlan(plan: ServicePlan): Omit<ServedFeatures, 'vectors'> {
  return {
    featureService: plan.name,
    version: plan.version,
    featureNames: plan.features.map(({ name }) => name),
    types: plan.features.map(({ type }) => type),
  };
}

export function servedVector(
  vector: Omit<ServedVector, 'numbers'> & { readonly numbers: readonly number[] },
): ServedVector {
  return { ...vector, numbers: vector.numbers.map((value) => (Number.isNaN(value) ? null : value)) };
}

/** Keys by the trigger's column or by the entity's name, whichever the caller has. */
function readKeys({ plan, views }: PlannedService, { entities, request }: OnlineRequest): string[][] {
  const faults: Fault[] = [];
  if (request && request.length !== entities.length) {
    faults.push({ path: 'request', message: `has ${request.length} rows, entities has ${entities.length}` });
  }
  const keys = entities.map((given, r) => {
    const row = plan.source.complete(given);
    return views.map(({ keyColumn, log }) => {
      const value = row[keyColumn] ?? row[log.view.entity.name];
      if (value === undefined)
        faults.push({
          path: `entities[${r}].${keyColumn}`,
          message: `is missing: it is the key of feature view ${log.view.id}`,
        });
      return String(value);
    });
  });
  entities.forEach((given, r) => {
    const row = plan.source.complete({ ...given, ...request?.[r] });
    for (const column of plan.requestColumns) {
      if (column in row) continue;
      faults.push({
        path: `request[${r}].${column}`,
        message: 'is missing: a pass-through feature reads it (null is a value)',
      });
    }
  });
  if (faults.length > 0) throw invalidRequest(faults);
  return keys;
}

function outsideRetention(view: string, entity: string, atMs: number): CodedError {
  const message = `${new Date(atMs).toISOString()} lies before what feature view ${view} still keeps of "${entity}": ask for a training set instead`;
  return new CodedError('FEATURES_TIME_OUTSIDE_RETENTION_INVALID', message, { faults: [{ path: 'at', message }] });
}
