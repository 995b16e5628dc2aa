import type { Attempt } from './judge-attempt.ts';

export interface WebhookMessage {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Sent = Attempt & {
  /** The beginning of the answer's body. */
  readonly text?: string;
};

/** Sends a message to an address that a user gave. */
export interface WebhookSender {
  /** Never throws: what went wrong is an outcome. */
  send(message: WebhookMessage, signal: AbortSignal): Promise<Sent>;
}

export interface WebhookAddresses {
  /** Throws MLflow's refusal for an address that nothing may be sent to. */
  check(url: string): Promise<void>;
}
