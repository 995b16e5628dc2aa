import type { Named, Subject, Subjects } from '@millrace/people';
import type { RegistryJournal } from '../ports.ts';
import type { RegisteredModel, RegistryState } from '../registry-state.ts';

/** Models, by who made them; what runs and files belong to, the tracking service says. */
export class RegisteredSubjects implements Subjects {
  readonly #journal: RegistryJournal;
  readonly #tracked: Subjects;

  constructor(journal: RegistryJournal, tracked: Subjects) {
    this.#journal = journal;
    this.#tracked = tracked;
  }

  find(named: Named): Promise<Subject | null> {
    if (named.kind === 'model') return this.#model(named.id);
    const model = named.kind === 'artifact-uri' ? modelOfUri(named.id) : null;
    return model === null ? Promise.resolve(this.#tracked.find(named)) : this.#model(model);
  }

  /** What this instance does not know yet, another one may have acknowledged. */
  async #model(name: string): Promise<Subject | null> {
    const model = this.#journal.state.models.get(name) ?? (await this.#journal.read()).models.get(name);
    return model === undefined ? null : modelSubject(model);
  }
}

function modelSubject({ name, createdBy, createdAtMs }: RegisteredModel): Subject {
  return { kind: 'model', id: name, createdBy, createdAtMs };
}

/** What somebody may see; null sees everything. */
export type ModelSight = ((subject: Subject) => boolean) | null;

/** The state with those models only that somebody sees. */
export function seenBy(state: RegistryState, sees: ModelSight): RegistryState {
  if (sees === null) return state;
  return { ...state, models: new Map([...state.models].filter(([, model]) => sees(modelSubject(model)))) };
}

/** `models:/fraud/3` and `models:/fraud@champion` name a model, `models:/m-…` a logged one. */
function modelOfUri(uri: string): string | null {
  const name = /^models:\/+([^/@]+)[/@]/.exec(uri)?.[1];
  return name === undefined || /^m-[0-9a-f]{32}$/.test(name) ? null : decoded(name);
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
