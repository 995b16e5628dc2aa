import type { Journal } from '@millrace/events';
import { CodedError, UnavailableError } from '@millrace/service-kit';
import type { FeaturesCommand, FeaturesState } from './definitions-domain.ts';
import {
  blueprintsOf,
  servedService,
  serviceInBuilds,
  type PlannedService,
  type SourceBlueprint,
} from './source-blueprint.ts';
import { unfinishedSource } from './unfinished-source.ts';

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
  #builds: SourceBlueprint[] | undefined;

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

  /** One a source that anyone reads: the build that serves. */
  blueprints(): readonly SourceBlueprint[] {
    return this.builds().filter(({ predecessor }) => predecessor === null);
  }

  /** Every build that runs: the one that serves before those that catch up with it. */
  builds(): readonly SourceBlueprint[] {
    this.#refresh();
    return (this.#builds ??= blueprintsOf(this.#journal.state));
  }

  /** As `find`, of a service that can answer: one whose views are still being built would give the values of long ago. */
  async findServing(reference: ServiceReference): Promise<PlannedService> {
    const service = await this.find(reference);
    const { state } = this.#journal;
    const unfinished = unfinishedSource(state, service.plan.definition);
    if (unfinished === undefined) return service;
    throw new UnavailableError(
      'FEATURES_BUILDING_UNAVAILABLE',
      `feature service "${service.plan.id}" is being built from the log of source "${unfinished}": see GET /api/v1/sources/${unfinished} for how far it is`,
    );
  }

  /** A feature service over the logs that a vector was made from: its cuts are positions in those. */
  asMade({ plan }: PlannedService, builds: readonly number[]): PlannedService {
    return serviceInBuilds(this.#journal.state, plan.id, builds);
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
    if (!planned) {
      planned = servedService(this.#journal.state, id);
      this.#services.set(id, planned);
    }
    return planned;
  }

  #refresh(): void {
    const { revision } = this.#journal.state;
    if (this.#revision === revision) return;
    this.#revision = revision;
    this.#services.clear();
    this.#builds = undefined;
  }
}
