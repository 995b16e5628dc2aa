import type { Moment, SubjectState } from '@millrace/clickhouse';
import { CodedError, momentText } from '@millrace/service-kit';
import type { ModelVersion, RegisteredModel } from '../registry-state.ts';
import { modelOf, type ModelSnapshot, type VersionSnapshot } from './registry-snapshots.ts';

/** What the audit trail is asked for. */
export interface AuditTrail {
  lastChange(subject: { readonly kind: string; readonly id: string }, moment: Moment): Promise<SubjectState | null>;
  firstSeen(subject: { readonly kind: string; readonly id: string }): Promise<number | null>;
  statesUnder(
    prefix: { readonly kind: string; readonly id: string },
    moment: Moment,
  ): Promise<ReadonlyMap<string, unknown>>;
}

export interface PastModelsParts {
  readonly trail: AuditTrail;
  /** Waits until the trail holds every command that was acknowledged before the call. */
  readonly reached: () => Promise<void>;
}

/** Models and versions as they were. */
export class PastModels {
  readonly #trail: AuditTrail;
  readonly #reached: () => Promise<void>;

  constructor({ trail, reached }: PastModelsParts) {
    this.#trail = trail;
    this.#reached = reached;
  }

  /** The model with all versions that it had. */
  async model(name: string, moment: Moment): Promise<RegisteredModel> {
    await this.#reached();
    const subject = { kind: 'model', id: name };
    const model = await this.#trail.lastChange(subject, moment);
    if (model === null || model.value === null) throw await this.#notThere(subject, moment);
    const versions = await this.#trail.statesUnder({ kind: 'version', id: `${name}/` }, moment);
    return modelOf(model.value as ModelSnapshot, [...versions.values()] as VersionSnapshot[]);
  }

  /** A version, and its model with the aliases it had then. */
  async version(
    name: string,
    number: number,
    moment: Moment,
  ): Promise<{ readonly model: RegisteredModel; readonly version: ModelVersion }> {
    await this.#reached();
    const subject = { kind: 'version', id: `${name}/${number}` };
    const [state, model] = await Promise.all([
      this.#trail.lastChange(subject, moment),
      this.#trail.lastChange({ kind: 'model', id: name }, moment),
    ]);
    if (!state?.value || !model?.value) throw await this.#notThere(subject, moment);
    const restored = modelOf(model.value as ModelSnapshot, [state.value as VersionSnapshot]);
    const version = restored.versions.get(number);
    if (version === undefined) throw await this.#notThere(subject, moment);
    return { model: restored, version };
  }

  async #notThere(subject: { readonly kind: string; readonly id: string }, moment: Moment): Promise<CodedError> {
    const firstMs = await this.#trail.firstSeen(subject);
    const what =
      subject.kind === 'model'
        ? `model "${subject.id}"`
        : `version ${subject.id.replace(/^(.*)\/(\d+)$/, '$2 of model "$1"')}`;
    const code = subject.kind === 'model' ? 'REGISTRY_MODEL_NOT_FOUND' : 'REGISTRY_VERSION_NOT_FOUND';
    const why =
      firstMs === null
        ? 'nothing of that name was ever created'
        : `it was created at ${new Date(firstMs).toISOString()}${isLater(firstMs, moment) ? '' : ' and was deleted or renamed by then'}`;
    return new CodedError(code, `${what} did not exist ${momentText(moment)}: ${why}`);
  }
}

/** Of an offset it is not told: the time of the creation says enough. */
function isLater(firstMs: number, moment: Moment): boolean {
  return !('atMs' in moment) || firstMs > moment.atMs;
}
