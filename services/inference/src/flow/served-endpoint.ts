import { setTimeout as sleep } from 'node:timers/promises';
import type { OnnxScorer } from '../onnx/onnx-scorer.ts';
import type { RefusalCode, Verdict } from '../onnx/refusal.ts';
import { mayPass } from '../onnx/refusal.ts';
import type { FeatureSignature } from '../onnx/feature-signature.ts';
import type { Endpoint } from './endpoints-domain.ts';
import type { ModelVersion } from './model-version.ts';

/** The model that scores at this moment. Whoever scores a batch takes it once and uses it to the end of the batch. */
export interface ActiveModel {
  readonly version: ModelVersion;
  readonly scorer: OnnxScorer;
  readonly sinceMs: number;
}

export interface EndpointRefusal {
  readonly version: string;
  readonly code: RefusalCode;
  readonly reason: string;
  readonly atMs: number;
  /** When it is tried again; null for what lies in the model's content. */
  readonly retryAtMs: number | null;
}

export type EndpointState =
  | { readonly kind: 'active'; readonly model: ActiveModel }
  | { readonly kind: 'loading'; readonly reason: string }
  | { readonly kind: 'inactive'; readonly reason: string };

/** The part of the vector stream that an endpoint scores. */
export interface VectorStream {
  stop(): Promise<void>;
  readonly health: StreamHealth;
}

export interface StreamHealth {
  readonly lag: number;
  /** Why the stream does not go on by itself, null when it does. */
  readonly stoppedBy: string | null;
}

export interface ServedEndpointPorts {
  deploy(version: ModelVersion, signature: FeatureSignature): Promise<Verdict<OnnxScorer>>;
  /** Records for all instances that the first model is loaded; gives the time from which vectors are scored. */
  activate(endpoint: Endpoint, first: ModelVersion): Promise<number>;
  openStream(served: ServedEndpoint, scoresSinceMs: number): Promise<VectorStream>;
  now(): number;
  log: {
    info(event: string, fields?: Readonly<Record<string, unknown>>): void;
    warn(event: string, fields?: Readonly<Record<string, unknown>>): void;
  };
  onSwap(swap: { readonly endpoint: string; readonly version: string; readonly delayMs: number }): void;
  /** Pause before what may pass by itself is tried again, by how often it was. */
  retryPauseMs(attempt: number): number;
  onRefusal(refusal: { readonly endpoint: string; readonly code: string }): void;
}

const firstPauseMs = 200;
const longestPauseMs = 5000;

/**
 * One endpoint on this instance: it keeps the newest admitted version of its target in charge. The stream is opened
 * after the first model is loaded, so vectors wait for a model that is on its way and are never skipped because of it.
 */
export class ServedEndpoint {
  readonly endpoint: Endpoint;
  readonly #ports: ServedEndpointPorts;
  readonly #closing = new AbortController();
  #candidates: readonly ModelVersion[] = [];
  #absence = '';
  #active: ActiveModel | null = null;
  #refusal: EndpointRefusal | null = null;
  #waitingFor: string | null = 'what is in charge of its target is not known yet';
  /** False until the first word of what is in charge: before that nobody knows whether there is a model. */
  #isTold = false;
  #settling: Promise<void> | null = null;
  #retry: NodeJS.Timeout | null = null;
  #retries = 0;
  #stream: VectorStream | null = null;

  constructor(endpoint: Endpoint, ports: ServedEndpointPorts) {
    this.endpoint = endpoint;
    this.#ports = ports;
  }

  get active(): ActiveModel | null {
    return this.#active;
  }

  get lastRefusal(): EndpointRefusal | null {
    return this.#refusal;
  }

  get stream(): StreamHealth | null {
    return this.#stream?.health ?? null;
  }

  get state(): EndpointState {
    if (this.#active !== null) return { kind: 'active', model: this.#active };
    if (this.#settling !== null || !this.#isTold) {
      return { kind: 'loading', reason: this.#waitingFor ?? 'the model is being loaded' };
    }
    if (this.#refusal !== null) {
      const { version, reason, code, retryAtMs } = this.#refusal;
      const why = `version ${version} was refused (${code}): ${reason}`;
      if (retryAtMs === null) return { kind: 'inactive', reason: why };
      return { kind: 'loading', reason: `${why}; it is tried again at ${new Date(retryAtMs).toISOString()}` };
    }
    return { kind: 'inactive', reason: this.#absence };
  }

  /** True when this instance does for the endpoint what can be done: scoring, or nothing to score with. */
  get settled(): boolean {
    return this.#settling === null && this.#isTold && (this.#active === null || this.#stream !== null);
  }

  /** True while nothing that this instance could do for the endpoint is missing: a swap goes on beside the scoring. */
  get isReady(): boolean {
    return (this.#active !== null && this.#stream !== null) || this.settled;
  }

  /** The versions that were put in charge of the target, oldest first. */
  offer(candidates: readonly ModelVersion[]): void {
    const isKnown = this.#isTold && sameVersions(candidates, this.#candidates);
    this.#isTold = true;
    if (isKnown) return;
    this.#candidates = candidates;
    this.redeploy();
  }

  /** Tries the newest version again, now, if it is not the one that scores. */
  redeploy(): void {
    this.#retries = 0;
    this.#startSettling();
  }

  /** Nobody is in charge: the model that scores is taken away, and vectors wait until one is there again. */
  withdraw(reason: string): void {
    this.#isTold = true;
    this.#absence = reason;
    this.#candidates = [];
    this.#refusal = null;
    clearTimeout(this.#retry ?? undefined);
    if (this.#active !== null || this.#settling !== null) this.#startSettling();
  }

  /** What is in charge is being asked for; says so until the first answer. */
  awaitVersion(reason: string): void {
    if (!this.#isTold) this.#waitingFor = reason;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#settling;
    clearTimeout(this.#retry ?? undefined);
    await this.#stream?.stop();
    this.#stream = null;
    await this.#active?.scorer.retire();
    this.#active = null;
  }

  #startSettling(): void {
    clearTimeout(this.#retry ?? undefined);
    this.#retry = null;
    this.#settling ??= this.#settle();
  }

  /** Goes on until the newest candidates are dealt with and the stream runs; an outage is waited out. */
  async #settle(): Promise<void> {
    let pauseMs = firstPauseMs;
    while (!this.#closing.signal.aborted) {
      const candidates = this.#candidates;
      try {
        if (candidates.length === 0) await this.#takeAway();
        else await this.#deployNewest(candidates);
        if (this.#active !== null) await this.#openStream(this.#active.version);
        this.#waitingFor = null;
        if (candidates === this.#candidates) break;
        pauseMs = firstPauseMs;
      } catch (error) {
        this.#waitingFor = error instanceof Error ? error.message : String(error);
        this.#ports.log.warn('model-deployment-waits', { endpoint: this.endpoint.name, pauseMs, error });
        await sleep(pauseMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      }
    }
    // In the same turn as the last look at the candidates: what is offered from here on starts anew.
    this.#settling = null;
  }

  /**
   * Newest first. A refused one leaves the running one in charge; where none runs, after a restart, the one before is
   * next: it was running when the refused one came. Not so when the refusal may pass: an older version would score for
   * good because the machine was busy for a moment.
   */
  async #deployNewest(candidates: readonly ModelVersion[]): Promise<void> {
    for (const candidate of candidates.toReversed()) {
      if (this.#closing.signal.aborted || isSame(this.#active?.version, candidate)) return;
      const verdict = await this.#ports.deploy(candidate, this.endpoint.signature);
      if (!this.#candidates.some((offered) => isSame(offered, candidate))) {
        // Its charge ended while it was loaded.
        if (verdict.ok) await verdict.value.retire();
        return;
      }
      if (verdict.ok) return this.#putInCharge(candidate, verdict.value);
      const pauseMs = mayPass(verdict.refusal.code) ? this.#retryLater() : null;
      if (candidate === candidates.at(-1)) this.#refuse(candidate, verdict.refusal, pauseMs);
      if (this.#active !== null || pauseMs !== null) return;
    }
  }

  async #putInCharge(version: ModelVersion, scorer: OnnxScorer): Promise<void> {
    const previous = this.#active;
    // Batches in flight hold the previous model; the next batch takes this one.
    this.#active = { version, scorer, sinceMs: this.#ports.now() };
    if (version === this.#candidates.at(-1)) this.#refusal = null;
    const delayMs = version.promotedAtMs === 0 ? 0 : this.#active.sinceMs - version.promotedAtMs;
    this.#ports.onSwap({ endpoint: this.endpoint.name, version: version.version, delayMs });
    this.#ports.log.info('model-in-charge', {
      endpoint: this.endpoint.name,
      model: version.model,
      version: version.version,
      previousVersion: previous?.version.version ?? null,
      delayMs,
    });
    await previous?.scorer.retire();
  }

  /** The stream first: a batch in hand is scored to its end by the model it has. */
  async #takeAway(): Promise<void> {
    await this.#stream?.stop();
    this.#stream = null;
    const active = this.#active;
    this.#active = null;
    if (active === null) return;
    this.#ports.log.info('model-taken-away', {
      endpoint: this.endpoint.name,
      version: active.version.version,
      reason: this.#absence,
    });
    await active.scorer.retire();
  }

  #refuse(
    version: ModelVersion,
    { code, reason }: { readonly code: RefusalCode; readonly reason: string },
    pauseMs: number | null,
  ): void {
    const { name } = this.endpoint;
    const atMs = this.#ports.now();
    const retryAtMs = pauseMs === null ? null : atMs + pauseMs;
    this.#refusal = { version: version.version, code, reason, atMs, retryAtMs };
    this.#ports.onRefusal({ endpoint: name, code });
    this.#ports.log.warn('model-refused', { endpoint: name, version: version.version, code, reason, pauseMs });
  }

  #retryLater(): number {
    const pauseMs = this.#ports.retryPauseMs(this.#retries++);
    this.#retry = setTimeout(() => this.#startSettling(), pauseMs);
    return pauseMs;
  }

  async #openStream(first: ModelVersion): Promise<void> {
    if (this.#stream !== null || this.#closing.signal.aborted) return;
    const scoresSinceMs = this.endpoint.scoresSinceMs ?? (await this.#ports.activate(this.endpoint, first));
    this.#stream = await this.#ports.openStream(this, scoresSinceMs);
  }
}

function isSame(one: ModelVersion | undefined, other: ModelVersion): boolean {
  return one !== undefined && one.version === other.version && one.artifactHash === other.artifactHash;
}

function sameVersions(some: readonly ModelVersion[], others: readonly ModelVersion[]): boolean {
  return some.length === others.length && some.every((one, i) => isSame(others[i], one));
}
