import { authorizationOf } from '@millrace/people';
import { UnavailableError } from '@millrace/service-kit';

const usualTimeoutMs = 10_000;

/** Where the registry is, and what whoever asks it proves themselves with: this service, unless it asks for somebody else. */
export interface RegistryAddress {
  readonly url: string;
  readonly serviceToken: string | undefined;
  readonly authorization?: string | undefined;
}

export interface RegistryRequest extends Pick<RequestInit, 'method' | 'body'> {
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** Asks the registry service. What keeps it from answering is an outage, worded by what could not be learned. */
export class RegistryHttp {
  readonly #url: string;
  /** `the registry cannot say …`. */
  readonly #fault: string;
  readonly #authorization: Readonly<Record<string, string>>;

  constructor({ url, serviceToken, authorization }: RegistryAddress, fault: string) {
    this.#url = url;
    this.#fault = fault;
    this.#authorization = authorization === undefined ? authorizationOf(serviceToken) : { authorization };
  }

  async fetch(
    path: string,
    { timeoutMs = usualTimeoutMs, headers, ...request }: RegistryRequest = {},
  ): Promise<Response> {
    const all = { ...headers, ...this.#authorization };
    try {
      return await fetch(this.#url + path, { ...request, headers: all, signal: AbortSignal.timeout(timeoutMs) });
    } catch (cause) {
      throw this.unavailable(cause instanceof Error ? cause.message : String(cause), cause);
    }
  }

  unavailable(reason: string, cause?: unknown): UnavailableError {
    return new UnavailableError('REGISTRY_UNAVAILABLE', `${this.#fault}: ${reason}`, { cause });
  }
}
