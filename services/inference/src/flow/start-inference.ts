import type { ClickHouse } from '@millrace/clickhouse';
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
  readonly startHistory: (clickhouse: ClickHouse) => Promise<History>;
  readonly clickhouse: ClickHouse;
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

export interface History {
  readonly stoppedBy: string | null;
  readonly lag: number;
  stop(): Promise<void>;
}

const retryMs = 2000;

/**
 * Brings the parts up in the order that loses no vector: endpoints, then promotions, then models, then streams. History
 * comes up beside them, whenever ClickHouse is there.
 */
export class StartInference {
  readonly #options: StartInferenceOptions;
  #follower: RegistryFollower | null = null;
  #history: History | null = null;
  readonly #faults = new Map<'serving' | 'history', string>();
  #stopping = false;

  constructor(options: StartInferenceOptions) {
    this.#options = options;
  }

  run(): void {
    void this.#keepEndpoints().then(
      () => this.#untilStarted('serving', () => this.#startServing()),
      (error: unknown) => this.#options.log.error('journal-not-replayed', { error }),
    );
    void this.#untilStarted('history', () => this.#startHistory());
  }

  get historyLag(): number {
    return this.#history?.lag ?? 0;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#follower?.close();
    await this.#options.served.close();
    await this.#history?.stop();
    await this.#options.clickhouse.close();
  }

  /** What must be true for this instance to score and to keep the record of it. */
  checks(): [name: string, check: ReadinessCheck][] {
    const { journal, served, clickhouse } = this.#options;
    return [
      ['clickhouse', () => clickhouse.ping().then(() => true)],
      ['journal', () => ({ ok: journal.ready, detail: journal.fault?.message ?? 'endpoints as the journal has them' })],
      ['promotions', () => toCheck(this.#follower === null ? 'not read yet' : this.#follower.fault)],
      ['history', () => toCheck(this.#faults.get('history') ?? this.#historyFault)],
      ['serving', () => toCheck(this.#faults.get('serving') ?? null)],
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

  get #historyFault(): string | null {
    return this.#history === null ? 'not started yet: ClickHouse was not there' : this.#history.stoppedBy;
  }

  /** What does not pass by itself is an operator's matter: until it is mended the instance is not ready and says why. */
  async #untilStarted(part: 'serving' | 'history', start: () => Promise<void>): Promise<void> {
    while (!this.#stopping) {
      try {
        await start();
        this.#faults.delete(part);
        return;
      } catch (error) {
        this.#faults.set(part, error instanceof Error ? error.message : String(error));
        this.#options.log.error('not-started', { part, error });
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

  async #startHistory(): Promise<void> {
    const { clickhouse, startHistory, log } = this.#options;
    const history = await untilAvailable(log, 'history', () => startHistory(clickhouse));
    this.#history = history;
    if (this.#stopping) await history.stop();
  }
}

function toCheck(fault: string | null): CheckResult {
  return fault === null ? { ok: true } : { ok: false, detail: fault };
}
