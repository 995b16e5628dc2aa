import {
  inCharge,
  servingStages,
  type ModelVersion,
  type RegisteredModel,
  type ServingStage,
} from './registry-state.ts';

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

/** False when it is certain that nobody came in charge of anything, nor left: most commands are of that kind. */
export function mayChangeCharge(before: RegisteredModel | undefined, after: RegisteredModel | undefined): boolean {
  return before?.name !== after?.name || before?.aliases !== after?.aliases || before?.serving !== after?.serving;
}

/** The stage of `stage:Production`; null for an alias. */
export function stageOfTarget(target: string): ServingStage | null {
  return servingStages.find((stage) => target === `stage:${stage}`) ?? null;
}
