import {
  inCharge,
  servingStages,
  type ModelVersion,
  type RegisteredModel,
  type RegistryState,
} from './registry-state.ts';

export interface CurrentPromotion {
  readonly model: RegisteredModel;
  readonly version: ModelVersion;
  /** `alias:champion` or `stage:Production`, as in the event. */
  readonly target: string;
}

/** Who is in charge of what now: what a newcomer must know before it follows the events. */
export function currentPromotions(state: RegistryState): CurrentPromotion[] {
  return [...state.models.values()].flatMap((model) => {
    const byAlias = [...model.aliases].map(([alias, number]) => ({
      model,
      version: model.versions.get(number),
      target: `alias:${alias}`,
    }));
    const byStage = servingStages.map((stage) => ({
      model,
      version: inCharge(model, stage),
      target: `stage:${stage}`,
    }));
    return [...byAlias, ...byStage].filter((found): found is CurrentPromotion => found.version !== undefined);
  });
}
