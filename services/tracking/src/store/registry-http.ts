import { UnavailableError } from '@millrace/service-kit';

const usualTimeoutMs = 10_000;

export interface RegistryRequest extends Pick<RequestInit, 'method' | 'headers' | 'body'> {
  readonly timeoutMs?: number;
}

/** Asks the registry service. What keeps it from answering is an outage, worded by what could not be learned. */
export class RegistryHttp {
  readonly #url: string;
  /** `the registry cannot say …`. */
  readonly #fault: string;

  constructor(url: string, fault: string) {
    this.#url = url;
    this.#fault = fault;
  }

  async fetch(path: string, { timeoutMs = usualTimeoutMs, ...request }: RegistryRequest = {}): Promise<Response> {
    try {
      return await fetch(this.#url + path, { ...request, signal: AbortSignal.timeout(timeoutMs) });
    } catch (cause) {
      throw this.unavailable(cause instanceof Error ? cause.message : String(cause), cause);
    }
  }

  unavailable(reason: string, cause?: unknown): UnavailableError {
    return new UnavailableError('REGISTRY_UNAVAILABLE', `${this.#fault}: ${reason}`, { cause });
  }
}
