import type { DeadLetterLimits } from './consumer/consumer-options.ts';

export interface EventsConfig {
  readonly kafka: KafkaConfig;
  readonly schemaRegistry: SchemaRegistryConfig;
  /** Prefixes every topic, consumer group and subject of ours; never a user's source topic. */
  readonly topicPrefix: string;
  /** Of every consumer that sets none of its own. */
  readonly deadLetterLimits?: Pick<DeadLetterLimits, 'handlerFaults' | 'share'>;
  /** After this long without a heartbeat a group gives a member's partitions to the others. Default 10000. */
  readonly sessionTimeoutMs?: number;
}

export interface KafkaConfig {
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** Present: TLS. `ca` is a PEM text; without it the system's authorities count. */
  readonly tls?: { readonly ca?: string };
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
}

export interface SchemaRegistryConfig {
  /** Base of the Confluent-compatible API, for example http://127.0.0.1:8081/apis/ccompat/v7 */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  /** PEM text of the authority that signed the registry's certificate. */
  readonly ca?: string;
}

/** Where the library says what happens: an event name and fields. */
export interface EventsLog {
  debug(event: string, fields?: Readonly<Record<string, unknown>>): void;
  info(event: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(event: string, fields?: Readonly<Record<string, unknown>>): void;
  error(event: string, fields?: Readonly<Record<string, unknown>>): void;
}
