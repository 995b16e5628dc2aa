import type { Journal } from '@millrace/events';
import { CodedError } from '@millrace/service-kit';
import type { FeaturesCommand, FeaturesState } from './definitions-domain.ts';
import { blueprintsOf, plannedService, type PlannedService, type SourceBlueprint } from './source-blueprint.ts';

export interface ServiceReference {
  readonly name: string;
  /** The newest when absent. */
  readonly version?: number | undefined;
}

/** Compiled plans of the definitions in force: made once a change, not once a request. */
export class PlannedServices {
  readonly #journal: Journal<FeaturesState, FeaturesCommand>;
  #revision = -1;
  readonly #services = new Map<string, PlannedService>();
  #blueprints: SourceBlueprint[] | undefined;

  constructor(journal: Journal<FeaturesState, FeaturesCommand>) {
    this.#journal = journal;
  }

  /** A service that this instance does not know may just have been defined through another one: then the journal is asked. */
  async find(reference: ServiceReference): Promise<PlannedService> {
    const found = this.#lookUp(reference);
    if (found) return found;
    await this.#journal.read();
    const again = this.#lookUp(reference);
    if (again) return again;
    const label = reference.version === undefined ? reference.name : `${reference.name}@${reference.version}`;
    const known = [...this.#journal.state.definitions.featureServices.keys()].join(', ') || 'none';
    throw new CodedError('FEATURES_SERVICE_NOT_FOUND', `there is no feature service "${label}"; there are: ${known}`);
  }

  blueprints(): readonly SourceBlueprint[] {
    this.#refresh();
    return (this.#blueprints ??= blueprintsOf(this.#journal.state));
  }

  #lookUp({ name, version }: ServiceReference): PlannedService | undefined {
    this.#refresh();
    const { featureServices } = this.#journal.state.definitions;
    const versions = [...featureServices.values()]
      .filter((service) => service.name === name)
      .map((service) => service.version);
    const wanted = version ?? Math.max(...versions);
    const id = `${name}@${wanted}`;
    if (!featureServices.has(id)) return undefined;
    let planned = this.#services.get(id);
    if (!planned) this.#services.set(id, (planned = plannedService(this.#journal.state, id)));
    return planned;
  }

  #refresh(): void {
    const { revision } = this.#journal.state;
    if (this.#revision === revision) return;
    this.#revision = revision;
    this.#services.clear();
    this.#blueprints = undefined;
  }
}
