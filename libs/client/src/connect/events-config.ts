import type { EventsConfig } from '@millrace/events';
import { readEventsSettings } from '@millrace/service-kit/connection';
import { ClientError } from '../client-error.ts';
import type { Environment } from './platform-environment.ts';

/** Kafka and the schema registry as the environment names them, read and refused as the services do it. */
export function eventsConfigOf(env: Environment, clientId: string): EventsConfig {
  try {
    return readEventsSettings(env, clientId);
  } catch (cause) {
    throw new ClientError('CLIENT_CONFIG_INVALID', cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

export function gatewayUrlOf(env: Environment): string {
  return (env['MILLRACE_GATEWAY_URL'] || 'http://127.0.0.1:8080').replace(/\/+$/, '');
}
