import type { Journal } from '@millrace/events';
import { CodedError } from '@millrace/service-kit';
import { endpointNotFound } from '../errors.ts';
import type {
  Endpoint,
  EndpointCommand,
  EndpointDefinition,
  EndpointsState,
  ModelReference,
} from './endpoints-domain.ts';
import type { ModelVersion } from './model-version.ts';
import type { FeatureServices, ModelVersions } from './ports.ts';

export interface NewEndpoint {
  readonly name: string;
  readonly featureService: string;
  readonly featureServiceVersion?: number | undefined;
  readonly model: ModelReference;
  readonly startFrom: EndpointDefinition['startFrom'];
}

export interface Asker {
  readonly actor: string;
  readonly requestId?: string;
}

/** Creates, reads, redeploys and deletes endpoints in the journal. */
export class ManageEndpoints {
  readonly #journal: Journal<EndpointsState, EndpointCommand>;
  readonly #features: FeatureServices;
  readonly #versions: ModelVersions;

  constructor(
    journal: Journal<EndpointsState, EndpointCommand>,
    ports: { readonly features: FeatureServices; readonly versions: ModelVersions },
  ) {
    this.#journal = journal;
    this.#features = ports.features;
    this.#versions = ports.versions;
  }

  /** The feature service's version and features are kept with the endpoint: its stream needs no other service. */
  async create(wanted: NewEndpoint, asker: Asker): Promise<Endpoint> {
    const { name, featureService, featureServiceVersion, model, startFrom } = wanted;
    const signature = await this.#features.describe(featureService, featureServiceVersion ?? null);
    if (signature === null) {
      const version = featureServiceVersion === undefined ? '' : ` version ${featureServiceVersion}`;
      throw invalid('featureService', `there is no feature service "${featureService}"${version}`);
    }
    const [kind, version = ''] = model.target.split(/:(.*)/s);
    if (kind === 'version' && (await this.#versions.find(model.name, version)) === null) {
      throw invalid('model.target', `model "${model.name}" has no version ${version}`);
    }
    return this.#submit({ type: 'create-endpoint', definition: { name, signature, model, startFrom } }, asker);
  }

  async delete(name: string, asker: Asker): Promise<void> {
    await this.#submit({ type: 'delete-endpoint', name }, asker);
  }

  /** Every instance tries the newest version of the endpoint again, where it does not score. */
  redeploy(name: string, asker: Asker): Promise<Endpoint> {
    return this.#submit({ type: 'redeploy-endpoint', name }, asker);
  }

  async list(): Promise<Endpoint[]> {
    const state = await this.#journal.read();
    return [...state.endpoints.values()];
  }

  async get(name: string): Promise<Endpoint> {
    const endpoint = (await this.#journal.read()).endpoints.get(name);
    if (endpoint === undefined) throw endpointNotFound(name);
    return endpoint;
  }

  /** Since when vectors are scored: written once for all instances, when the first model is there. */
  async activate(endpoint: Endpoint, first: ModelVersion): Promise<number> {
    const known = (await this.#journal.read()).endpoints.get(endpoint.name);
    if (known?.id === endpoint.id && known.scoresSinceMs !== null) return known.scoresSinceMs;
    const scoresSinceMs = endpoint.startFrom === 'beginning' ? 0 : Math.max(endpoint.createdAtMs, first.promotedAtMs);
    const activated = await this.#submit(
      { type: 'activate-endpoint', name: endpoint.name, id: endpoint.id, scoresSinceMs },
      { actor: 'inference' },
    );
    return activated.scoresSinceMs ?? scoresSinceMs;
  }

  async #submit(command: EndpointCommand, asker: Asker): Promise<Endpoint> {
    const submitted = await this.#journal.submit(command, asker);
    if (!submitted.ok) throw new CodedError(submitted.code, submitted.message);
    return submitted.result as Endpoint;
  }
}

function invalid(path: string, message: string): CodedError {
  return new CodedError('REQUEST_INVALID', `${path}: ${message}`, { faults: [{ path, message }] });
}
