import { readFileSync } from 'node:fs';
import type { EventsConfig } from '@millrace/events';
import { ClientError } from '../client-error.ts';
import type { Environment } from './platform-environment.ts';

type Sasl = NonNullable<EventsConfig['kafka']['sasl']>;
const mechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

/** Kafka and the schema registry as the environment names them: the variables that the services read. */
export function eventsConfigOf(env: Environment, clientId: string): EventsConfig {
  const ca = certificate(env, 'MILLRACE_KAFKA_CA_FILE');
  const sasl = saslOf(env);
  const registryCa = certificate(env, 'MILLRACE_SCHEMA_REGISTRY_CA_FILE');
  const [username, password] = [env['MILLRACE_SCHEMA_REGISTRY_USERNAME'], env['MILLRACE_SCHEMA_REGISTRY_PASSWORD']];
  return {
    kafka: {
      brokers: (env['MILLRACE_KAFKA_BROKERS'] ?? '127.0.0.1:9092').split(',').map((broker) => broker.trim()),
      clientId,
      ...(env['MILLRACE_KAFKA_TLS'] === 'true' && { tls: ca === undefined ? {} : { ca } }),
      ...(sasl && { sasl }),
    },
    schemaRegistry: {
      url: env['MILLRACE_SCHEMA_REGISTRY_URL'] ?? 'http://127.0.0.1:8081/apis/ccompat/v7',
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      ...(registryCa !== undefined && { ca: registryCa }),
    },
    topicPrefix: env['MILLRACE_TOPIC_PREFIX'] ?? '',
  };
}

export function gatewayUrlOf(env: Environment): string {
  return (env['MILLRACE_GATEWAY_URL'] ?? 'http://127.0.0.1:8080').replace(/\/+$/, '');
}

function saslOf(env: Environment): Sasl | null {
  const named = env['MILLRACE_KAFKA_SASL_MECHANISM'];
  if (named === undefined) return null;
  const mechanism = mechanisms.find((one) => one === named);
  if (mechanism === undefined) {
    throw new ClientError(
      'CLIENT_CONFIG_INVALID',
      `MILLRACE_KAFKA_SASL_MECHANISM is "${named}": it must be one of ${mechanisms.join(', ')}`,
    );
  }
  const username = env['MILLRACE_KAFKA_USERNAME'] ?? '';
  return { mechanism, username, password: env['MILLRACE_KAFKA_PASSWORD'] ?? '' };
}

function certificate(env: Environment, name: string): string | undefined {
  const path = env[name];
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ClientError('CLIENT_CONFIG_INVALID', `${name} is "${path}", which cannot be read`, { cause });
  }
}
