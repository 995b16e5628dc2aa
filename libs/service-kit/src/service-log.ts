import { pino, type DestinationStream, type Logger } from 'pino';
import { redactSecrets } from './redact-secrets.ts';

type Fields = Record<string, unknown>;

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** JSON lines: an event name and fields, never a sentence with values in it. The same shape as EventsLog of libs/events. */
export class ServiceLog {
  readonly #pino: Logger;

  constructor(options: { service: string; level: LogLevel; destination?: DestinationStream }) {
    const settings = {
      level: options.level,
      base: { service: options.service },
      timestamp: () => `,"at":"${new Date().toISOString()}"`,
      formatters: { level: (label: string) => ({ level: label }) },
    };
    this.#pino = options.destination ? pino(settings, options.destination) : pino(settings);
  }

  debug(event: string, fields: Fields = {}): void {
    if (this.#pino.isLevelEnabled('debug')) this.#pino.debug(line(event, fields));
  }

  info(event: string, fields: Fields = {}): void {
    this.#pino.info(line(event, fields));
  }

  warn(event: string, fields: Fields = {}): void {
    this.#pino.warn(line(event, fields));
  }

  /** A person must act now. */
  error(event: string, fields: Fields = {}): void {
    this.#pino.error(line(event, fields));
  }
}

function line(event: string, fields: Fields): Fields {
  return { event, ...(redactSecrets(fields) as Fields) };
}
