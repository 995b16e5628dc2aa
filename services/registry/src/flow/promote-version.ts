import { MlflowError } from '@millrace/mlflow-protocol';
import { CodedError, type Caller, type Fault } from '@millrace/service-kit';
import { chargeOf } from './charge.ts';
import { previousInCharge } from './charge-history.ts';
import { lateArtifact } from './late-artifact.ts';
import type { ModelArtifacts, RegistryJournal, VersionMetrics } from './ports.ts';
import type { PromotionCommand, SetAlias, TransitionStage } from './registry-commands.ts';
import type { ModelVersion, RegistryState } from './registry-state.ts';
import { findVersion, modelNotFound } from './rejections.ts';
import { firstResult, RefusedCommand, submitCommand, type Request } from './registry-writes.ts';
import { missingEvidence } from './rules/missing-evidence.ts';
import { guards, type MetricValues } from './rules/promotion-rules.ts';

type Wanted = Omit<SetAlias, 'artifact' | 'metrics'> | Omit<TransitionStage, 'artifact' | 'metrics'>;
type Promotion = Exclude<PromotionCommand, { type: 'delete-alias' }>;

/** How often a promotion is made anew when the rules, or who is in charge, change while it is on its way. */
const attempts = 3;

/** Puts a version in charge of an alias or a stage: every path that can promote comes through here. */
export class PromoteVersion {
  readonly #journal: RegistryJournal;
  readonly #artifacts: ModelArtifacts;
  readonly #metrics: VersionMetrics;

  constructor(journal: RegistryJournal, artifacts: ModelArtifacts, metrics: VersionMetrics) {
    this.#journal = journal;
    this.#artifacts = artifacts;
    this.#metrics = metrics;
  }

  run(wanted: Wanted, caller: Caller): Promise<ModelVersion> {
    const target = wanted.type === 'set-alias' ? `alias:${wanted.alias}` : `stage:${wanted.stage}`;
    return this.#submit(wanted.name, { ...caller, asked: wanted }, async (state) => {
      const version = versionIn(state, wanted);
      const artifact = await lateArtifact(this.#artifacts, version);
      return { ...wanted, artifact, metrics: await this.#metricsFor(state, { version, target }) };
    });
  }

  /** Puts the version back in charge that was before; it is judged by the rules like any other. */
  rollBack(
    { name, target }: { readonly name: string; readonly target: string },
    caller: Caller,
  ): Promise<ModelVersion> {
    return this.#submit(name, { ...caller, asked: { type: 'roll-back', name, target } }, async (state) => {
      const model = state.models.get(name);
      if (model === undefined) throw new CodedError('REGISTRY_MODEL_NOT_FOUND', modelNotFound(name).message);
      const from = chargeOf(model).get(target)?.version ?? null;
      const to = previousInCharge(model, target);
      const version = to === null ? undefined : model.versions.get(to);
      if (to === null || version === undefined) {
        const message = `no other version of model "${name}" was in charge of ${target}: promote one instead`;
        throw new CodedError('REGISTRY_PREVIOUS_VERSION_NOT_FOUND', message);
      }
      const metrics = await this.#metricsFor(state, { version, target });
      return { type: 'roll-back', name, target, from, to, metrics };
    });
  }

  /** What a version lacks to be put in charge of a target now; nothing where the rules do not guard it. */
  async missing(wanted: {
    readonly name: string;
    readonly version: number;
    readonly target: string;
  }): Promise<readonly Fault[]> {
    const state = await this.#journal.read();
    const version = versionIn(state, wanted);
    const rules = state.rules.get(wanted.name);
    if (rules === undefined || !guards(rules, wanted.target)) return [];
    return missingEvidence(rules, version, await this.#metricsFor(state, { version, target: wanted.target }));
  }

  async #submit(
    name: string,
    request: Request,
    prepare: (state: RegistryState) => Promise<Promotion>,
  ): Promise<ModelVersion> {
    // Before anything is prepared: a rollback that is done would be prepared as a further one.
    const first = await firstResult(this.#journal, request);
    if (first !== null) return first.result as ModelVersion;
    for (let attempt = 1; ; attempt += 1) {
      const state = await this.#journal.read();
      const rules = state.rules.get(name);
      const command = await prepare(state);
      try {
        return (await submitCommand(this.#journal, command, request)).result as ModelVersion;
      } catch (error) {
        // What was read for the old rules, or for another version, says nothing of the new ones.
        const isStale =
          error instanceof RefusedCommand &&
          (error.ownCode === 'REGISTRY_CHARGE_CONFLICT' || (await this.#journal.read()).rules.get(name) !== rules);
        if (!isStale || attempt === attempts || request.requestId !== undefined) throw error;
      }
    }
  }

  /** The values of the metrics that the rules of a guarded target ask for. */
  async #metricsFor(
    state: RegistryState,
    { version, target }: { readonly version: ModelVersion; readonly target: string },
  ): Promise<MetricValues> {
    const rules = state.rules.get(version.name);
    if (rules === undefined || rules.metrics.length === 0 || !guards(rules, target)) return {};
    const values = await this.#metrics.of(version);
    const asked = new Set(rules.metrics.map(({ metric }) => metric));
    return Object.fromEntries(Object.entries(values).filter(([metric]) => asked.has(metric)));
  }
}

function versionIn(state: RegistryState, { name, version }: { name: string; version: number }): ModelVersion {
  const found = findVersion(state, name, version);
  if (!found.ok) throw new MlflowError('RESOURCE_DOES_NOT_EXIST', found.message);
  return found.version;
}
