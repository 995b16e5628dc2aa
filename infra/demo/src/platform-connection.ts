import { readFile } from 'node:fs/promises';
import { EventBus } from '@millrace/events';
import type { EventsConfig } from '@millrace/events';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Kafka and the schema registry as the environment names them; the same variables that the services read. */
export async function connectToPlatform(env: Environment): Promise<EventBus> {
  const ca = env['MILLRACE_KAFKA_CA_FILE'];
  const registryCa = env['MILLRACE_SCHEMA_REGISTRY_CA_FILE'];
  const config: EventsConfig = {
    kafka: {
      brokers: (env['MILLRACE_KAFKA_BROKERS'] ?? '127.0.0.1:9092').split(',').map((broker) => broker.trim()),
      clientId: 'millrace-demo',
      ...(env['MILLRACE_KAFKA_TLS'] === 'true' && { tls: ca === undefined ? {} : { ca: await readFile(ca, 'utf8') } }),
      ...sasl(env),
    },
    schemaRegistry: {
      url: env['MILLRACE_SCHEMA_REGISTRY_URL'] ?? 'http://127.0.0.1:8081/apis/ccompat/v7',
      ...optional('username', env['MILLRACE_SCHEMA_REGISTRY_USERNAME']),
      ...optional('password', env['MILLRACE_SCHEMA_REGISTRY_PASSWORD']),
      ...(registryCa !== undefined && { ca: await readFile(registryCa, 'utf8') }),
    },
    topicPrefix: env['MILLRACE_TOPIC_PREFIX'] ?? '',
  };
  const silent = (): void => undefined;
  const complain = (event: string, fields?: Record<string, unknown>): void => console.error(event, fields);
  return EventBus.connect(config, { debug: silent, info: silent, warn: silent, error: complain });
}

export function gatewayUrl(env: Environment): string {
  return (env['MILLRACE_GATEWAY_URL'] ?? 'http://127.0.0.1:8080').replace(/\/+$/, '');
}

function sasl(env: Environment): Pick<EventsConfig['kafka'], 'sasl'> | null {
  const mechanism = env['MILLRACE_KAFKA_SASL_MECHANISM'];
  if (mechanism !== 'plain' && mechanism !== 'scram-sha-256' && mechanism !== 'scram-sha-512') return null;
  const username = env['MILLRACE_KAFKA_USERNAME'] ?? '';
  return { sasl: { mechanism, username, password: env['MILLRACE_KAFKA_PASSWORD'] ?? '' } };
}

function optional<K extends string>(name: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [name]: value } as Record<K, string>);
}
