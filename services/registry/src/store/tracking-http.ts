import { authorizationOf } from '@millrace/people';
import { UnavailableError } from '@millrace/service-kit';
import type { TrackingAddress } from '../config.ts';

const timeoutMs = 10_000;

/** Asks the tracking service; an answer that says nothing about what was asked for is an outage. */
export class TrackingHttp {
  readonly #url: string;

  readonly #headers: Readonly<Record<string, string>>;

  constructor({ url, serviceToken }: TrackingAddress) {
    this.#url = url;
    this.#headers = authorizationOf(serviceToken);
  }

  /** Null when it says that there is no such thing. */
  async json(path: string): Promise<unknown> {
    const response = await this.get(path);
    return response === null ? null : await response.json();
  }

  async get(path: string): Promise<Response | null> {
    const response = await this.#fetch(path);
    if (response.ok) return response;
    await response.body?.cancel();
    if (response.status === 404 || response.status === 400) return null;
    throw unavailable(`it answered ${response.status}`);
  }

  async #fetch(path: string): Promise<Response> {
    try {
      return await fetch(this.#url + path, { headers: this.#headers, signal: AbortSignal.timeout(timeoutMs) });
    } catch (cause) {
      throw unavailable(cause instanceof Error ? cause.message : String(cause), cause);
    }
  }
}

function unavailable(reason: string, cause?: unknown): UnavailableError {
  return new UnavailableError(
    'TRACKING_UNAVAILABLE',
    `the tracking service cannot say what is known of the model: ${reason}`,
    { cause },
  );
}
