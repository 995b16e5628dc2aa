import { rm } from 'node:fs/promises';
import path from 'node:path';
import { mustRun } from '../run-command.ts';
import { versions } from '../versions.ts';
import { cached } from './cached.ts';
import { verifySha256 } from './checksum.ts';
import { maven } from './maven.ts';

const archiveSha256 = '8bc6751c76d963734224b01d5e7f84ccb3cb61c87d3bd77c36c35f10a5cbed63';

export const registryKey = `apicurio/${versions.apicurio}`;

/** Folder of the unpacked Apicurio Registry; `quarkus-run.jar` in it is what runs. */
export function ensureRegistryApp(signal: AbortSignal): Promise<string> {
  const build = async (directory: string): Promise<void> => {
    const coordinates = `io.apicurio:apicurio-registry-app:${versions.apicurio}:tar.gz:all`;
    const plugin = `org.apache.maven.plugins:maven-dependency-plugin:${versions.mavenDependencyPlugin}`;
    const options = { label: 'Apicurio', cwd: directory, signal };
    await maven([`${plugin}:get`, `-Dartifact=${coordinates}`, '-Dtransitive=false'], options);
    await maven([`${plugin}:copy`, `-Dartifact=${coordinates}`, `-DoutputDirectory=${directory}`], options);
    const archive = path.join(directory, `apicurio-registry-app-${versions.apicurio}-all.tar.gz`);
    await verifySha256(archive, archiveSha256);
    await mustRun('tar', ['-xzf', archive, '-C', directory], { signal });
    await rm(archive);
  };
  return cached({ key: registryKey, title: `Apicurio Registry ${versions.apicurio}`, build }, signal);
}
