import { EventBus, type EventsLog } from '@millrace/events';
import { HttpClient } from '../http-client.ts';
import { eventsConfigOf, gatewayUrlOf } from './events-config.ts';
import { platformEnvironment, type Environment } from './platform-environment.ts';

export interface ConnectOptions {
  /** Where addresses come from before those of a running stack. Default: the process's environment. */
  readonly env?: Environment;
  /** Where the search for a running stack begins. Default: the working directory. */
  readonly folder?: string;
  /** Name of this client in the broker's logs. */
  readonly clientId?: string;
  /** Where the library says what happens; silent by default. */
  readonly log?: EventsLog;
}

/** A running platform as a client sees it: the log, and everything else over HTTP. */
export interface Platform extends AsyncDisposable {
  readonly bus: EventBus;
  readonly http: HttpClient;
  readonly gatewayUrl: string;
  close(): Promise<void>;
}

const ignore = (): void => undefined;
const silent: EventsLog = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** Finds the platform (environment, else the nearest running stack) and connects to its log. */
export async function connect(options: ConnectOptions = {}): Promise<Platform> {
  const { env = process.env, folder = process.cwd(), clientId = 'millrace-client', log = silent } = options;
  const found = platformEnvironment(env, folder);
  const gatewayUrl = gatewayUrlOf(found);
  const bus = await EventBus.connect(eventsConfigOf(found, clientId), log);
  const close = (): Promise<void> => bus.close();
  return { bus, gatewayUrl, http: new HttpClient(gatewayUrl), close, [Symbol.asyncDispose]: close };
}
