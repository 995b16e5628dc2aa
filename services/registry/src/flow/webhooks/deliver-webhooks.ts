import { crashPoint } from '@millrace/service-kit';
import type { RegistryState } from '../registry-state.ts';
import type { RegistryJournal } from '../ports.ts';
import { judgeAttempt, type RetryRules, type Verdict } from './judge-attempt.ts';
import type { Sent, WebhookSender } from './ports.ts';
import type { SecretSeal } from './seal-secret.ts';
import type { SettledDelivery } from './webhook-commands.ts';
import { bodyOf, headersOf } from './webhook-message.ts';
import type { Delivery, Webhook } from './webhook-state.ts';

export interface DeliverWebhooksOptions {
  readonly journal: Pick<RegistryJournal, 'submit'>;
  /** The state as far as this instance has come. */
  readonly state: () => RegistryState;
  readonly sender: WebhookSender;
  readonly seal: SecretSeal | null;
  readonly retries: RetryRules;
  /** Requests at once, over all receivers and to one. */
  readonly concurrency: { readonly all: number; readonly perWebhook: number };
  readonly clock: { nowMs(): number; random(): number };
  readonly onAttempt?: (verdict: Verdict['kind']) => void;
  readonly onFault?: (error: unknown) => void;
}

interface Handling {
  readonly webhookId: string;
  attempts: number;
  /** Sending, waiting for its next attempt, or over and not yet in the journal. */
  stage: 'sending' | 'waiting' | 'over';
  timer?: NodeJS.Timeout;
}

const settleAgainMs = 500;
const mostSettledAtOnce = 500;

/**
 * Sends what waits in the state and writes into the journal what became of it: at least once, for what was sent and not
 * written when the process died waits again. A receiver that is slow holds its own few requests and nobody else's.
 */
export class DeliverWebhooks {
  readonly #options: DeliverWebhooksOptions;
  readonly #handling = new Map<string, Handling>();
  #settled: SettledDelivery[] = [];
  #settling: Promise<void> | null = null;
  #running: AbortController | null = null;
  #sends = new Set<Promise<void>>();

  constructor(options: DeliverWebhooksOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= new AbortController();
    this.pump();
  }

  /** Cuts what is being sent short: it goes out again, under its id. */
  async stop(): Promise<void> {
    this.#running?.abort();
    this.#running = null;
    await Promise.all(this.#sends);
    await this.#settling;
    for (const { timer } of this.#handling.values()) clearTimeout(timer);
    this.#handling.clear();
    this.#settled = [];
  }

  /** Sends what waits and has room; called whenever the state has changed. */
  pump(): void {
    const running = this.#running;
    if (running === null) return;
    const { all, perWebhook } = this.#options.concurrency;
    const sending = this.#countSending();
    let total = [...sending.values()].reduce((sum, count) => sum + count, 0);
    for (const webhook of this.#options.state().webhooks.values()) {
      let own = sending.get(webhook.id) ?? 0;
      for (const delivery of webhook.deliveries.pending.values()) {
        if (total >= all || own >= perWebhook) break;
        const handling = this.#handling.get(delivery.id);
        if (handling !== undefined && (handling.stage !== 'waiting' || handling.timer !== undefined)) continue;
        own += 1;
        total += 1;
        this.#launch(webhook, delivery, running.signal);
      }
    }
  }

  #countSending(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { webhookId, stage } of this.#handling.values()) {
      if (stage === 'sending') counts.set(webhookId, (counts.get(webhookId) ?? 0) + 1);
    }
    return counts;
  }

  #launch(webhook: Webhook, delivery: Delivery, signal: AbortSignal): void {
    const handling = this.#handling.get(delivery.id) ?? { webhookId: webhook.id, attempts: 0, stage: 'sending' };
    handling.stage = 'sending';
    handling.attempts += 1;
    this.#handling.set(delivery.id, handling);
    const sending = this.#attempt({ webhook, delivery, handling }, signal);
    this.#sends.add(sending);
    void sending.finally(() => this.#sends.delete(sending));
  }

  async #attempt(
    {
      webhook,
      delivery,
      handling,
    }: { readonly webhook: Webhook; readonly delivery: Delivery; readonly handling: Handling },
    signal: AbortSignal,
  ): Promise<void> {
    const sent = await this.#send(webhook, delivery, signal);
    if (!signal.aborted) this.#judge(delivery, handling, sent);
  }

  async #send({ url, sealedSecret }: Webhook, delivery: Delivery, signal: AbortSignal): Promise<Sent> {
    const { seal, clock, sender } = this.#options;
    try {
      const secret = sealedSecret === null ? null : openSecret(seal, sealedSecret);
      const body = bodyOf(delivery);
      const headers = headersOf({ id: delivery.id, body, secret }, clock.nowMs());
      return await sender.send({ url, headers, body }, signal);
    } catch (error) {
      return { kind: 'unanswered', reason: error instanceof Error ? error.message : String(error), isFinal: false };
    }
  }

  #judge({ id }: Delivery, handling: Handling, sent: Sent): void {
    const { clock, retries, onAttempt } = this.#options;
    const verdict = judgeAttempt(sent, handling.attempts, retries, clock.random());
    onAttempt?.(verdict.kind);
    if (verdict.kind === 'again') {
      handling.stage = 'waiting';
      handling.timer = setTimeout(() => {
        delete handling.timer;
        this.#forgetUnlessPending(id, handling);
        this.pump();
      }, verdict.inMs);
    } else {
      crashPoint('registry.before-settle');
      handling.stage = 'over';
      const { webhookId, attempts } = handling;
      const failure = verdict.kind === 'failed' ? verdict.reason : null;
      this.#settled.push({ webhookId, deliveryId: id, attempts, endedAtMs: clock.nowMs(), failure });
      this.#settling ??= this.#settle();
    }
    this.pump();
  }

  /** The webhook may be gone, or switched off, since. */
  #forgetUnlessPending(id: string, { webhookId }: Handling): void {
    if (!this.#options.state().webhooks.get(webhookId)?.deliveries.pending.has(id)) this.#handling.delete(id);
  }

  /** One command at a time takes along all that ended while the one before it was written. */
  async #settle(): Promise<void> {
    while (this.#settled.length > 0) {
      const settled = this.#settled.slice(0, mostSettledAtOnce);
      try {
        await this.#options.journal.submit({ type: 'settle-deliveries', settled }, { actor: 'webhooks' });
      } catch (error) {
        this.#options.onFault?.(error);
        // Without the journal nothing new comes either; when it does not come back, a restart sends these again.
        if (this.#running === null) break;
        await new Promise((resolve) => setTimeout(resolve, settleAgainMs));
        continue;
      }
      this.#settled = this.#settled.slice(settled.length);
      for (const { deliveryId } of settled) this.#handling.delete(deliveryId);
    }
    // In the same step as the last look: what ends from here on begins another round.
    this.#settling = null;
  }
}

/** Nothing goes out unsigned that ought to be signed. */
function openSecret(seal: SecretSeal | null, sealed: string): string {
  if (seal === null)
    throw new Error('the webhook has a secret: set MILLRACE_REGISTRY_SECRET_KEY to the key it was sealed under');
  return seal.open(sealed);
}
