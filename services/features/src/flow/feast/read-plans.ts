import type { Journal } from '@millrace/events';
import { FeastError } from '@millrace/feast-protocol';
import type { FeaturesCommand, FeaturesState } from '../definitions-domain.ts';
import { planRead, type ReadPlan, type ReadShape } from './read-plan.ts';

/** Shapes of requests whose plans are kept: callers have few, and each is a list of features. */
const maxPlans = 500;

/** Plans of reads by the shape of the request: made once a change of the definitions, not once a request. */
export class ReadPlans {
  readonly #journal: Pick<Journal<FeaturesState, FeaturesCommand>, 'read' | 'state'>;
  readonly #plans = new Map<string, ReadPlan>();
  #revision = -1;

  constructor(journal: Pick<Journal<FeaturesState, FeaturesCommand>, 'read' | 'state'>) {
    this.#journal = journal;
  }

  /** What this instance does not know may just have been defined through another one: then the journal is asked. */
  async find(shape: ReadShape): Promise<ReadPlan> {
    try {
      return this.#lookUp(shape);
    } catch (error) {
      if (!(error instanceof FeastError) || !error.code.endsWith('_NOT_FOUND')) throw error;
      await this.#journal.read();
      return this.#lookUp(shape);
    }
  }

  #lookUp({ featureService, features, fullFeatureNames }: ReadShape): ReadPlan {
    const { state } = this.#journal;
    if (this.#revision !== state.revision || this.#plans.size >= maxPlans) {
      this.#revision = state.revision;
      this.#plans.clear();
    }
    const key = JSON.stringify([featureService ?? null, features, fullFeatureNames]);
    const known = this.#plans.get(key);
    if (known) return known;
    const plan = planRead(state, {
      ...(featureService !== undefined && { featureService }),
      features,
      fullFeatureNames,
    });
    this.#plans.set(key, plan);
    return plan;
  }
}
