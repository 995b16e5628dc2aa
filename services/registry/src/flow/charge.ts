import { servingStages, inCharge, type ModelVersion, type RegisteredModel } from './registry-state.ts';

/** The version in charge of each target of a model: `alias:champion` or `stage:Production`, as in the events. */
export function chargeOf(model: RegisteredModel): Map<string, ModelVersion> {
  const charge = new Map<string, ModelVersion>();
  for (const [alias, number] of model.aliases) {
    const version = model.versions.get(number);
    if (version !== undefined) charge.set(`alias:${alias}`, version);
  }
  for (const stage of servingStages) {
    const version = inCharge(model, stage);
    if (version !== undefined) charge.set(`stage:${stage}`, version);
  }
  return charge;
}
