import type { Journal } from '@millrace/events';
import type { Named, Subject, Subjects } from '@millrace/people';
import type { EndpointCommand, EndpointsState } from '../endpoints-domain.ts';

/** An endpoint belongs to the model that it serves; whose that is, the registry says. */
export class ServedSubjects implements Subjects {
  readonly #journal: Pick<Journal<EndpointsState, EndpointCommand>, 'state' | 'read'>;
  readonly #models: Subjects;

  constructor(journal: Pick<Journal<EndpointsState, EndpointCommand>, 'state' | 'read'>, models: Subjects) {
    this.#journal = journal;
    this.#models = models;
  }

  async find(named: Named): Promise<Subject | null> {
    if (named.kind === 'model') return this.#models.find(named);
    if (named.kind !== 'endpoint') return null;
    const { state } = this.#journal;
    // What this instance does not know yet, another one may have acknowledged.
    const endpoint = state.endpoints.get(named.id) ?? (await this.#journal.read()).endpoints.get(named.id);
    if (endpoint === undefined) return null;
    const { name } = endpoint.model;
    // A model that was deleted stays hidden from whom it was hidden, and is nobody's.
    return (await this.#models.find({ kind: 'model', id: name })) ?? ownerless(name);
  }
}

function ownerless(model: string): Subject {
  return { kind: 'model', id: model, createdBy: null, createdAtMs: 0 };
}
