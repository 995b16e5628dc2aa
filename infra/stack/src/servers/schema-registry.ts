import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { ensureJava } from '../fetch/java.ts';
import { ensureRegistryApp } from '../fetch/registry-app.ts';
import { versions } from '../versions.ts';
import { javaFlags } from './java-server.ts';
import { answersOk } from './http-probe.ts';
import { portOf, type LaunchPlan, type Ports, type ServerContext, type ServerDefinition } from './server.ts';

const url = (ports: Ports): string => `http://127.0.0.1:${portOf(ports, 'schema-registry')}/apis/ccompat/v7`;

async function prepare({ paths, ports }: ServerContext, signal: AbortSignal): Promise<LaunchPlan> {
  const data = path.join(paths.data, 'schema-registry');
  await mkdir(data, { recursive: true });
  const flags = await javaFlags(`apicurio-${versions.apicurio}`, { minMb: 64, maxMb: 384 }, signal);
  const quarkus = [
    `-Dquarkus.http.port=${portOf(ports, 'schema-registry')}`,
    '-Dquarkus.http.host=127.0.0.1',
    // Otherwise its health endpoints listen on port 9000 of every interface.
    `-Dquarkus.management.port=${portOf(ports, 'schema-registry-management')}`,
    '-Dquarkus.management.host=127.0.0.1',
  ];
  return {
    command: (await ensureJava(signal)).command,
    args: [...flags, ...quarkus, '-jar', path.join(await ensureRegistryApp(signal), 'quarkus-run.jar')],
    env: {
      APICURIO_STORAGE_KIND: 'sql',
      APICURIO_STORAGE_SQL_KIND: 'h2',
      // The default is a database in memory; schema ids must outlive the process, they are inside every record. H2 writes
      // what is committed half a second later unless told otherwise: a kill would lose a schema that was acknowledged.
      APICURIO_DATASOURCE_URL: `jdbc:h2:file:${path.join(data, 'registry')};DB_CLOSE_ON_EXIT=FALSE;WRITE_DELAY=0`,
      APICURIO_RULES_GLOBAL_COMPATIBILITY: 'BACKWARD',
    },
  };
}

/** Apicurio Registry with its Confluent-compatible API, on an H2 file. */
export const schemaRegistry: ServerDefinition = {
  name: 'schema-registry',
  title: 'schema registry',
  externalVariable: 'MILLRACE_SCHEMA_REGISTRY_URL',
  ports: [
    { name: 'schema-registry', usual: 8081 },
    { name: 'schema-registry-management', usual: 8082 },
  ],
  fetch: async (signal) => {
    await ensureJava(signal);
    await ensureRegistryApp(signal);
  },
  prepare,
  ready: ({ ports }) => answersOk(`${url(ports)}/subjects`),
  url,
  env: ({ ports }) => ({ MILLRACE_SCHEMA_REGISTRY_URL: url(ports) }),
};
