import type { InstancePaths } from '../paths.ts';
import type { ProcessIdentity } from '../process-identity.ts';

export const serverNames = ['redis', 'clickhouse', 'kafka', 'schema-registry'] as const;
export type ServerName = (typeof serverNames)[number];

export function isServerName(name: string): name is ServerName {
  return (serverNames as readonly string[]).includes(name);
}

export interface PortWish {
  readonly name: string;
  readonly usual: number;
}

export type Ports = Readonly<Record<string, number>>;

export interface ServerContext {
  readonly paths: InstancePaths;
  readonly ports: Ports;
}

export interface LaunchPlan {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** It gives way to the others where the processors are short: nobody waits for it event by event. */
  readonly givesWay?: boolean;
}

export interface ServerDefinition {
  readonly name: ServerName;
  readonly title: string;
  readonly ports: readonly PortWish[];
  /** Set to an address of an existing server, it keeps ours from being started. */
  readonly externalVariable: string;
  /** Fetches what is missing; no instance is involved. */
  fetch(signal: AbortSignal): Promise<void>;
  /** Writes the configuration, formats the data folder once, and says what to run. */
  prepare(context: ServerContext, signal: AbortSignal): Promise<LaunchPlan>;
  ready(context: ServerContext): Promise<boolean>;
  /** Asks for an orderly end where a signal isn't the best way; SIGTERM follows in any case. */
  askToStop?(context: ServerContext, identity: ProcessIdentity): Promise<void>;
  url(ports: Ports): string;
  env(context: ServerContext): Record<string, string>;
}

export function portOf(ports: Ports, name: string): number {
  const port = ports[name];
  if (port === undefined) throw new Error(`no port was chosen for ${name}`);
  return port;
}
