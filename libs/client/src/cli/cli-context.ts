import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { TransientError } from '@millrace/events';
import { ClientError } from '../client-error.ts';
import { connect, type Platform } from '../connect/connect.ts';
import { eventsConfigOf, gatewayUrlOf } from '../connect/events-config.ts';
import { platformEnvironment, type Environment } from '../connect/platform-environment.ts';
import { HttpClient, inTheNameOf, provenBy } from '../http-client.ts';
import type { Terminal } from './terminal.ts';

/** What commands share; connections are made when a command first needs them. */
export class CliContext {
  readonly terminal: Terminal;
  readonly env: Environment;
  /** The command was ended from outside; nothing is known of what it still waits for. */
  isCutOff = false;
  #endsItself = false;
  #platform: Platform | undefined;

  constructor(terminal: Terminal) {
    this.terminal = terminal;
    this.env = platformEnvironment(terminal.env, terminal.folder);
  }

  /** Whether the command heeds the terminal's signal itself. */
  get endsItself(): boolean {
    return this.#endsItself;
  }

  /** For work that has to be finished and told when it is stopped; work that never ends otherwise. */
  async endingItself<T>(work: () => Promise<T>): Promise<T> {
    this.#endsItself = true;
    try {
      return await work();
    } finally {
      this.#endsItself = false;
    }
  }

  get gatewayUrl(): string {
    return gatewayUrlOf(this.env);
  }

  /** The gateway, asked in the name of the person at the terminal. */
  http(): HttpClient {
    return new HttpClient(this.gatewayUrl, this.identity());
  }

  /** Headers that say who asks. */
  identity(): Readonly<Record<string, string>> {
    return { ...inTheNameOf(userInfo().username), ...provenBy(this.terminal.env) };
  }

  async platform(): Promise<Platform> {
    try {
      this.#platform ??= await connect({ env: this.env, folder: this.terminal.folder, clientId: 'millrace-cli' });
      return this.#platform;
    } catch (cause) {
      if (!(cause instanceof TransientError)) throw cause;
      const { kafka, schemaRegistry } = eventsConfigOf(this.env, '');
      throw new ClientError(
        'CLIENT_UNREACHABLE',
        `${cause.message}\nIs the platform running ("npm start")? Kafka is looked for at ${kafka.brokers.join(', ')} (MILLRACE_KAFKA_BROKERS), the schema registry at ${schemaRegistry.url} (MILLRACE_SCHEMA_REGISTRY_URL)`,
        { cause },
      );
    }
  }

  path(given: string): string {
    return resolve(this.terminal.folder, given);
  }

  async close(): Promise<void> {
    await this.#platform?.close();
  }
}
