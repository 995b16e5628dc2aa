import { passedThrough } from './addresses.ts';
import { say } from './say.ts';
import { allServers } from './servers/all.ts';

/** The environment without the servers of the user's own and their settings, and the names that were taken out. */
export function withoutOwnServers(env: NodeJS.ProcessEnv): { env: NodeJS.ProcessEnv; ignored: string[] } {
  const names = new Set<string>([...allServers.map((server) => server.externalVariable), ...passedThrough]);
  const ignored = Object.keys(env).filter((name) => names.has(name) && env[name] !== '');
  return { env: Object.fromEntries(Object.entries(env).filter(([name]) => !names.has(name))), ignored };
}

/** Makes this process and its children use the servers of the instance only: tests create, flood and delete on them. */
export function ignoreOwnServers(): void {
  const { ignored } = withoutOwnServers(process.env);
  if (ignored.length === 0) return;
  for (const name of ignored) delete process.env[name];
  say(`not used here, servers of this checkout's own are: ${ignored.join(', ')}`);
}
