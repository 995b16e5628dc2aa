import type { IncomingHttpHeaders } from 'node:http';
import type { Role } from '../roles/role.ts';

/** What a request names: a role on it is a role on the experiment or model that it belongs to. */
export interface Named {
  readonly kind:
    | 'experiment'
    | 'experiment-name'
    | 'run'
    | 'logged-model'
    | 'sweep'
    | 'dataset'
    | 'trace'
    | 'artifact-path'
    | 'artifact-uri'
    | 'model'
    | 'endpoint'
    | 'monitor';
  readonly id: string;
  /** The request may make it: it is fine that it is not there. */
  readonly mayBeNew?: boolean;
}

/** The parts of a request that say what it is about; none of it is checked yet. */
export interface Asked {
  readonly url: string;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly headers: IncomingHttpHeaders;
}

/** What a request needs to be answered. */
export type RouteNeeds =
  /** Whoever can connect: the route itself says why that is right. */
  | { readonly who: 'anybody' }
  /** Whoever has signed in; what they get is what they may see. */
  | { readonly who: 'signed-in' }
  /** Another service of ours. */
  | { readonly who: 'platform' }
  /** A role on all that the request names, or on everything when it names nothing; and what else it takes from must be seen. */
  | { readonly role: Role; readonly on: NamedIn; readonly seeing?: NamedIn };

export type NamedIn = (asked: Asked) => readonly Named[];

/** By method and pattern, `POST /api/2.0/mlflow/runs/create`; what is said of `/api/` is also said of `/ajax-api/`. */
export type RouteTable = Readonly<Record<string, RouteNeeds>>;

export const anybody: RouteNeeds = { who: 'anybody' };
export const signedIn: RouteNeeds = { who: 'signed-in' };
export const platform: RouteNeeds = { who: 'platform' };
export const onEverything = (role: Role): RouteNeeds => ({ role, on: () => [] });

/** Documentation, health and metrics are nobody's secrets, and what watches over a service has no password. */
const operational = /^\/(docs|health|metrics|version)(\/|$)/;

/** Answered without looking at who asks, also while the log is away. */
export function isOperational(pattern: string): boolean {
  return operational.test(pattern);
}

/** What the route needs. One that the table lacks is for admins: forgotten is not open. */
export function needsOf(table: RouteTable, method: string, pattern: string): RouteNeeds {
  if (isOperational(pattern)) return anybody;
  return table[routeName(method, pattern)] ?? onEverything('admin');
}

/** HEAD asks for what GET does. */
export function routeName(method: string, pattern: string): string {
  return `${method === 'HEAD' ? 'GET' : method} ${pattern.replace(/^\/ajax-api\//, '/api/')}`;
}
