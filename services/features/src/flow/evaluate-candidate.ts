import { partitioners, type EventBus, type SourceRecord } from '@millrace/events';
import { isInvalid, type EntityState } from '@millrace/feature-engine';
import { CodedError } from '@millrace/service-kit';
import { invalidRequest } from '../errors.ts';
import type { ViewStates } from '../store/view-states.ts';
import { buildVectors, type BorrowedState } from './build-vectors.ts';
import { CandidateRows, type CandidateEvent } from './candidate-rows.ts';
import { judgeCandidates } from './judge-candidates.ts';
import type { PlannedServices, ServiceReference } from './planned-services.ts';
import { readCandidate, type Candidate } from './read-candidates.ts';
import { withEnded } from './row-versions.ts';
import { describePlan, servedVector, type ServedFeatures, type ServedVector } from './serve-online-features.ts';
import type { SourceBlueprint, ViewLog } from './source-blueprint.ts';

/** Behind everything: the event is evaluated as if it were appended next. */
const nextOffset = Number.MAX_SAFE_INTEGER;

/** The vector that an event would get if it were published now; nothing is written. */
export class EvaluateCandidate {
  readonly #bus: EventBus;
  readonly #services: PlannedServices;
  readonly #states: ViewStates;
  readonly #now: () => number;
  readonly #rows: CandidateRows;

  constructor(parts: { bus: EventBus; services: PlannedServices; states: ViewStates; now: () => number }) {
    this.#bus = parts.bus;
    this.#services = parts.services;
    this.#states = parts.states;
    this.#now = parts.now;
    this.#rows = new CandidateRows(parts.bus, parts.now);
  }

  async evaluate(reference: ServiceReference, events: readonly CandidateEvent[]): Promise<ServedFeatures> {
    const { plan } = await this.#services.findServing(reference);
    const blueprint = this.#services.blueprints().find(({ source }) => source.name === plan.source.name);
    const service = blueprint?.services.find((candidate) => candidate.plan.id === plan.id);
    if (!blueprint || !service)
      throw new CodedError('FEATURES_SERVICE_NOT_FOUND', `feature service "${plan.id}" is not in force`);
    const only: SourceBlueprint = { ...blueprint, services: [service], siblingViews: siblingsOf(blueprint, plan.id) };
    const vectors = await Promise.all(events.map((event, i) => this.#vector(only, event, i)));
    return { ...describePlan(plan), vectors };
  }

  async #vector(blueprint: SourceBlueprint, event: CandidateEvent, index: number): Promise<ServedVector> {
    const read = await this.#candidate(blueprint, event, index);
    const row = await this.#states.row(blueprint, read);
    const [candidate = read] = withEnded(blueprint, [read], () => row);
    const wanted = wantedStates(blueprint, candidate);
    const found = await this.#states.read(wanted);
    const states = new Map(wanted.map(({ log, entity }, i) => [`${log.view.id}|${entity}`, found[i]]));
    const stateOf = (log: ViewLog, entity: string): BorrowedState => {
      const state = states.get(`${log.view.id}|${entity}`);
      if (!state) throw new RangeError(`the state of ${log.view.id} for "${entity}" was not read`);
      return state;
    };
    const ledger = await this.#states.ledger(blueprint, candidate);
    const { accepted, poison } = judgeCandidates(blueprint, [candidate], {
      ledgerOf: () => ledger,
      newestMs: (log, entity) => stateOf(log, entity).state.newestMs,
      wasSent: () => false,
    });
    if (accepted.length === 0) throw refused(index, poison[0] ?? repeatOf(candidate));
    const { vectors } = buildVectors(blueprint, [candidate], {
      generation: blueprint.generation,
      computedAtMs: this.#now(),
      isActive: () => true,
      ownState: (log, entity): EntityState => stateOf(log, entity).state,
      foreign: stateOf,
      sibling: stateOf,
      endPosition: () => nextOffset - 1,
      ownPosition: () => nextOffset,
    });
    const [vector] = vectors;
    if (candidate.event.change?.op === 'delete')
      throw refused(index, { reason: 'deletion', message: 'takes a row back: it gets no vector' });
    if (!vector) throw refused(index, lackedKey(blueprint, candidate));
    const { entities, eventTimeMs, numbers, strings } = vector;
    const cuts = blueprint.services.flatMap(({ views }) =>
      views.map(({ log }, v) => {
        const { partition, cut } = stateOf(log, candidate.serviceKeys[0]?.[v] ?? '');
        return { partition, offset: cut, ownOffset: -1 };
      }),
    );
    return servedVector({ entities, eventTimeMs, numbers, strings, cuts });
  }

  async #candidate(blueprint: SourceBlueprint, event: CandidateEvent, index: number): Promise<Candidate> {
    const { source } = blueprint;
    const row = await this.#rows.rowOf(source, event, `events[${index}]`);
    const count = await this.#bus.topics.partitions(source.definition.topic);
    const record: SourceRecord = {
      topic: source.definition.topic,
      partition: 0,
      offset: nextOffset,
      timestampMs: this.#now(),
      key: null,
      value: null,
      headers: {},
    };
    const place = partitioners[source.definition.partitioner ?? 'murmur2'];
    const entity = source.definition.entity === undefined ? undefined : row[source.definition.entity];
    const key = source.recordKey(String(entity));
    const placed = { ...record, partition: key === null ? 0 : place(key, count) };
    const rules = { place: (bytes: Buffer) => place(bytes, count), maxBytes: Number.POSITIVE_INFINITY };
    const candidate = readCandidate(blueprint, placed, { row, rules });
    if (!('invalid' in candidate)) return candidate;
    throw refused(index, { reason: candidate.invalid, message: candidate.message });
  }
}

interface Refusal {
  readonly reason: string;
  readonly message: string;
}

/** With the reason that the stream would have given. */
function refused(index: number, { reason, message }: Refusal): CodedError {
  return invalidRequest([{ path: `events[${index}]`, message: `${reason}: ${message}` }]);
}

function repeatOf({ event }: Candidate): Refusal {
  return { reason: 'repeat', message: `an event with the id "${event.id}" came before` };
}

function lackedKey({ services }: SourceBlueprint, { row }: Candidate): Refusal {
  const keys = services[0]?.plan.keys(row);
  return { reason: 'missing-entity', message: keys && isInvalid(keys) ? keys.message : 'gives no vector' };
}

function siblingsOf({ services }: SourceBlueprint, id: string): ReadonlySet<string> {
  const views = services.filter(({ plan }) => plan.id === id).flatMap((service) => service.views);
  return new Set(views.filter(({ relation }) => relation === 'sibling').map(({ log }) => log.view.id));
}

function wantedStates(
  { source, ownViews, rekeyedViews, services, siblingViews }: SourceBlueprint,
  candidate: Candidate,
): { log: ViewLog; entity: string }[] {
  const wanted = new Map<string, { log: ViewLog; entity: string }>();
  const want = (log: ViewLog, entity: string): void => void wanted.set(`${log.view.id}|${entity}`, { log, entity });
  const { entity } = candidate.event;
  if (entity !== null) for (const log of ownViews) want(log, entity);
  rekeyedViews.forEach((log, j) => {
    const own = candidate.rekeyed[j];
    if (own && (source.definition.entity === undefined || siblingViews.has(log.view.id))) want(log, own.entity);
    const left = candidate.ended?.entities[log.view.id];
    if (left !== undefined && siblingViews.has(log.view.id)) want(log, left);
  });
  services.forEach(({ views }, i) =>
    candidate.serviceKeys[i]?.forEach((key, v) => {
      const log = views[v]?.log;
      if (log) want(log, key);
    }),
  );
  return [...wanted.values()];
}
