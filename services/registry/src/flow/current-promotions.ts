import { chargeOf } from './charge.ts';
import type { ModelVersion, RegisteredModel, RegistryState } from './registry-state.ts';

export interface CurrentPromotion {
  readonly model: RegisteredModel;
  readonly version: ModelVersion;
  /** `alias:champion` or `stage:Production`, as in the event. */
  readonly target: string;
}

/** Who is in charge of what now: what a newcomer must know before it follows the events. */
export function currentPromotions(state: RegistryState): CurrentPromotion[] {
  return [...state.models.values()].flatMap((model) =>
    [...chargeOf(model)].map(([target, version]) => ({ model, version, target })),
  );
}
