import type { EventsLog, Journal } from '@millrace/events';
import type { ModelPromoted, PromotionEnded } from '@millrace/schemas';
import type { CheckResult, ReadinessCheck, ServiceLog } from '@millrace/service-kit';
import { untilAvailable } from '@millrace/service-kit';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EndpointCommand, EndpointsState } from './endpoints-domain.ts';
import type { ServedEndpoints } from './served-endpoints.ts';

export interface StartInferenceOptions {
  readonly journal: Journal<EndpointsState, EndpointCommand>;
  readonly served: ServedEndpoints;
  /** Resolves when everything that was there at the start was told. */
  readonly followRegistry: (hear: HearRegistry) => Promise<RegistryFollower>;
  readonly log: ServiceLog & EventsLog;
}

export interface HearRegistry {
  readonly promoted: (event: ModelPromoted) => void;
  readonly ended: (event: PromotionEnded) => void;
}

export interface RegistryFollower {
  readonly fault: string | null;
  close(): Promise<void>;
}

const retryMs = 2000;

/** Brings the parts up in the order that loses no vector: endpoints, then promotions, then models, then streams. */
export class StartInference {
  readonly #options: StartInferenceOptions;
  #follower: RegistryFollower | null = null;
  #fault: string | null = null;
  #stopping = false;

  constructor(options: StartInferenceOptions) {
    this.#options = options;
  }

  run(): void {
    void this.#keepEndpoints().then(
      () => this.#untilServing(),
      (error: unknown) => this.#options.log.error('journal-not-replayed', { error }),
    );
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#follower?.close();
    await this.#options.served.close();
  }

  /** What must be true for this instance to score. */
  checks(): [name: string, check: ReadinessCheck][] {
    const { journal, served } = this.#options;
    return [
      ['journal', () => ({ ok: journal.ready, detail: journal.fault?.message ?? 'endpoints as the journal has them' })],
      ['promotions', () => toCheck(this.#follower === null ? 'not read yet' : this.#follower.fault)],
      ['serving', () => toCheck(this.#fault)],
      [
        'models',
        () => {
          const waiting = served.all.filter((endpoint) => !endpoint.isReady).map(({ endpoint }) => endpoint.name);
          return toCheck(waiting.length === 0 ? null : `still loading: ${waiting.join(', ')}`);
        },
      ],
      [
        'streams',
        () => toCheck(served.all.map(({ stream }) => stream?.stoppedBy ?? null).find((why) => why !== null) ?? null),
      ],
    ];
  }

  /** What does not pass by itself is an operator's matter: until it is mended the instance is not ready and says why. */
  async #untilServing(): Promise<void> {
    while (!this.#stopping) {
      try {
        await this.#startServing();
        this.#fault = null;
        return;
      } catch (error) {
        this.#fault = error instanceof Error ? error.message : String(error);
        this.#options.log.error('not-started', { part: 'serving', error });
        await sleep(retryMs);
      }
    }
  }

  async #keepEndpoints(): Promise<void> {
    const { journal, served } = this.#options;
    // Only now is it known which endpoints there are: one that was deleted later must not start to score.
    await journal.whenReady();
    journal.onApplied(({ command, applied }) => {
      if (!applied.ok) return;
      if (command.type === 'create-endpoint') {
        const endpoint = journal.state.endpoints.get(command.definition.name);
        if (endpoint !== undefined) served.add(endpoint);
      } else if (command.type === 'delete-endpoint') served.remove(command.name);
      else if (command.type === 'redeploy-endpoint') served.redeploy(command.name);
    });
    for (const endpoint of journal.state.endpoints.values()) served.add(endpoint);
  }

  async #startServing(): Promise<void> {
    const { served, followRegistry, log } = this.#options;
    const follower = await untilAvailable(log, 'promotions', () =>
      followRegistry({ promoted: (event) => served.promote(event), ended: (event) => served.end(event) }),
    );
    this.#follower = follower;
    if (this.#stopping) await follower.close();
    else served.start();
  }
}

function toCheck(fault: string | null): CheckResult {
  return fault === null ? { ok: true } : { ok: false, detail: fault };
}
