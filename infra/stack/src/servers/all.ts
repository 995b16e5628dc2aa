import { clickhouse } from './clickhouse.ts';
import { kafka } from './kafka.ts';
import { redis } from './redis.ts';
import { schemaRegistry } from './schema-registry.ts';
import { serverNames, type ServerDefinition, type ServerName } from './server.ts';

const definitions: Readonly<Record<ServerName, ServerDefinition>> = {
  redis,
  clickhouse,
  kafka,
  'schema-registry': schemaRegistry,
};

export function serverDefinition(name: ServerName): ServerDefinition {
  return definitions[name];
}

export const allServers: readonly ServerDefinition[] = serverNames.map((name) => definitions[name]);
