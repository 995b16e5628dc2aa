import {
  instancePaths,
  killServer,
  privateInstance,
  reset,
  restartServer,
  startServer,
  stopServer,
  up,
  type Addresses,
  type ServerName,
} from '@millrace/stack';
import path from 'node:path';

/** Handles on the servers of one stack instance, for tests of what happens when one goes away. */
export class StackServers {
  readonly addresses: Addresses;

  constructor(addresses: Addresses) {
    this.addresses = addresses;
  }

  /** Where a server keeps its files, for tests that damage them. */
  dataFolder(server: ServerName): string {
    return path.join(instancePaths(this.addresses.instance).data, server);
  }

  /** SIGKILL by default; SIGSTOP freezes and SIGCONT thaws. */
  async kill(server: ServerName, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await killServer(this.addresses.instance, server, signal);
  }

  async stop(server: ServerName): Promise<void> {
    await stopServer(this.addresses.instance, server);
  }

  /** Starts a stopped or killed server on its old port and data and waits until it answers. */
  async start(server: ServerName): Promise<void> {
    await startServer(this.addresses.instance, server);
  }

  async restart(server: ServerName, how: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    await restartServer(this.addresses.instance, server, how);
  }
}

export interface PrivateStack extends AsyncDisposable {
  readonly servers: StackServers;
  readonly addresses: Addresses;
  /** Stops the servers and deletes their data. */
  remove(): Promise<void>;
}

/** A stack of the test's own with the named servers only: kill what you like in it, no other test is disturbed. */
export async function privateStack(only: readonly ServerName[]): Promise<PrivateStack> {
  // Without the environment, where servers of the user's own may be named: a test would stop and flood them.
  const addresses = await up(privateInstance(), { only, env: {} });
  const remove = (): Promise<void> => reset(addresses.instance);
  return { addresses, servers: new StackServers(addresses), remove, [Symbol.asyncDispose]: remove };
}
