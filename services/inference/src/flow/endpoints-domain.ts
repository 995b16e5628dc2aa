import type { Applied, CommandMeta, Domain } from '@millrace/events';
import type { FeatureSignature } from '../onnx/feature-signature.ts';

/** Where scoring begins when an endpoint gets its first model. */
export const startPositions = ['now', 'beginning'] as const;

export interface ModelReference {
  readonly name: string;
  /** `alias:<name>`, `stage:<name>` or `version:<number>`. */
  readonly target: string;
}

/** What a user asks for, with what the feature service said of itself at that time: its version and features. */
export interface EndpointDefinition {
  readonly name: string;
  readonly signature: FeatureSignature;
  readonly model: ModelReference;
  readonly startFrom: (typeof startPositions)[number];
}

export interface Endpoint extends EndpointDefinition {
  /** Position of the command that made it: tells it from an earlier endpoint of the same name. */
  readonly id: number;
  readonly createdAtMs: number;
  readonly createdBy: string;
  /**
   * Vectors written before are not scored, where the endpoint has not read yet. Null until its first model was loaded;
   * 0 for one that starts at the beginning.
   */
  readonly scoresSinceMs: number | null;
}

export interface EndpointsState {
  readonly endpoints: Map<string, Endpoint>;
}

export type EndpointCommand =
  | { readonly type: 'create-endpoint'; readonly definition: EndpointDefinition }
  | { readonly type: 'delete-endpoint'; readonly name: string }
  /** Changes nothing here: every instance hears of it and tries again what it refused. */
  | { readonly type: 'redeploy-endpoint'; readonly name: string }
  | {
      readonly type: 'activate-endpoint';
      readonly name: string;
      readonly id: number;
      readonly scoresSinceMs: number;
    };

export const endpointsDomain: Domain<EndpointsState, EndpointCommand> = {
  types: ['create-endpoint', 'delete-endpoint', 'redeploy-endpoint', 'activate-endpoint'],
  initial: () => ({ endpoints: new Map() }),
  apply(state, command, meta) {
    switch (command.type) {
      case 'create-endpoint':
        return create(state, command.definition, meta);
      case 'delete-endpoint':
        return remove(state, command.name);
      case 'redeploy-endpoint': {
        const endpoint = state.endpoints.get(command.name);
        return endpoint === undefined ? notFound(command.name) : { ok: true, result: endpoint };
      }
      case 'activate-endpoint':
        return activate(state, command);
      default:
        return unknown(command);
    }
  },
};

/** The journal hands over no other type; `apply` is total all the same. */
function unknown(command: never): Applied {
  return { ok: false, code: 'INFERENCE_COMMAND_UNKNOWN', message: `no such command: ${JSON.stringify(command)}` };
}

function create({ endpoints }: EndpointsState, definition: EndpointDefinition, meta: CommandMeta): Applied {
  const existing = endpoints.get(definition.name);
  if (existing !== undefined) {
    if (sameDefinition(existing, definition)) return { ok: true, result: existing };
    return {
      ok: false,
      code: 'INFERENCE_ENDPOINT_EXISTS',
      message: `endpoint "${definition.name}" exists with another definition: delete it first, or choose another name`,
    };
  }
  const { name, signature, model, startFrom } = definition;
  const endpoint: Endpoint = {
    name,
    signature,
    model,
    startFrom,
    id: meta.offset,
    createdAtMs: meta.atMs,
    createdBy: meta.actor,
    scoresSinceMs: null,
  };
  endpoints.set(name, endpoint);
  return { ok: true, result: endpoint };
}

function remove({ endpoints }: EndpointsState, name: string): Applied {
  const endpoint = endpoints.get(name);
  if (endpoint === undefined) return notFound(name);
  endpoints.delete(name);
  return { ok: true, result: endpoint };
}

/** Every instance that has loaded the first model says so; the first one decides where the stream begins for all. */
function activate(
  { endpoints }: EndpointsState,
  { name, id, scoresSinceMs }: Extract<EndpointCommand, { type: 'activate-endpoint' }>,
): Applied {
  const endpoint = endpoints.get(name);
  if (endpoint === undefined || endpoint.id !== id) return notFound(name);
  if (endpoint.scoresSinceMs !== null) return { ok: true, result: endpoint };
  const activated = { ...endpoint, scoresSinceMs };
  endpoints.set(name, activated);
  return { ok: true, result: activated };
}

function notFound(name: string): Applied {
  return { ok: false, code: 'INFERENCE_ENDPOINT_NOT_FOUND', message: `there is no endpoint "${name}"` };
}

function sameDefinition(one: EndpointDefinition, other: EndpointDefinition): boolean {
  const content = ({ name, signature, model, startFrom }: EndpointDefinition) =>
    JSON.stringify([
      name,
      signature.featureService,
      signature.featureServiceVersion,
      signature.features.map((feature) => [feature.name, feature.type]),
      model.name,
      model.target,
      startFrom,
    ]);
  return content(one) === content(other);
}
