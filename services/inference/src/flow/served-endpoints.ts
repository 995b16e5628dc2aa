import type { ModelPromoted, PromotionEnded } from '@millrace/schemas';
import type { Endpoint, ModelReference } from './endpoints-domain.ts';
import type { ModelVersions } from './ports.ts';
import { Promotions } from './promotions.ts';
import type { ServedEndpointPorts } from './served-endpoint.ts';
import { ServedEndpoint } from './served-endpoint.ts';

export interface ServedEndpointsOptions {
  readonly ports: ServedEndpointPorts;
  readonly versions: ModelVersions;
}

const versionTarget = /^version:(.+)$/;
const lookUpPauseMs = 1000;
/** A version that is named by number may be deleted; no event says so of a version that was in charge of nothing. */
const lookUpAgainMs = 10_000;

/** The endpoints of this instance: those of the journal, each with the promotions of its target. */
export class ServedEndpoints {
  readonly #options: ServedEndpointsOptions;
  readonly #promotions = new Promotions();
  readonly #served = new Map<string, ServedEndpoint>();
  readonly #closing = new Set<Promise<void>>();
  readonly #lookUps = new Map<string, NodeJS.Timeout>();
  #caughtUp = false;

  constructor(options: ServedEndpointsOptions) {
    this.#options = options;
  }

  get all(): readonly ServedEndpoint[] {
    return [...this.#served.values()];
  }

  get(name: string): ServedEndpoint | undefined {
    return this.#served.get(name);
  }

  /** Once all promotions up to the start of this instance are known: until then no version may be taken for the newest. */
  start(): void {
    this.#caughtUp = true;
    for (const served of this.all) this.#offer(served);
  }

  add(endpoint: Endpoint): void {
    const existing = this.#served.get(endpoint.name);
    if (existing?.endpoint.id === endpoint.id) return;
    if (existing !== undefined) this.remove(endpoint.name);
    const served = new ServedEndpoint(endpoint, this.#options.ports);
    this.#served.set(endpoint.name, served);
    if (this.#caughtUp) this.#offer(served);
  }

  remove(name: string): void {
    const served = this.#served.get(name);
    if (served === undefined) return;
    this.#served.delete(name);
    clearTimeout(this.#lookUps.get(name));
    this.#lookUps.delete(name);
    const closed = served.close().finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }

  promote(event: ModelPromoted): void {
    this.#changed(this.#promotions.add(event));
  }

  /** Nobody is in charge of a target any more: its alias, version or model is gone, or has another name. */
  end(event: PromotionEnded): void {
    this.#changed(this.#promotions.end(event));
  }

  redeploy(name: string): void {
    this.#served.get(name)?.redeploy();
  }

  #changed(reference: ModelReference | null): void {
    if (reference === null || !this.#caughtUp) return;
    for (const served of this.all) {
      const { name, target } = served.endpoint.model;
      if (name === reference.name && target === reference.target) this.#offer(served);
    }
  }

  async close(): Promise<void> {
    for (const { endpoint } of this.all) this.remove(endpoint.name);
    await Promise.all(this.#closing);
  }

  #offer(served: ServedEndpoint): void {
    const { model } = served.endpoint;
    const [, version] = versionTarget.exec(model.target) ?? [];
    if (version !== undefined) {
      void this.#lookUp(served, version);
      return;
    }
    const promoted = this.#promotions.of(model);
    if (promoted.length > 0) served.offer(promoted);
    else served.withdraw(this.#promotions.absenceOf(model));
  }

  /** A version that is named by number is not promoted to anything: the registry is asked, and asked again. */
  async #lookUp(served: ServedEndpoint, version: string): Promise<void> {
    const { name, model } = served.endpoint;
    served.awaitVersion(`the registry is asked for version ${version} of model "${model.name}"`);
    let pauseMs = lookUpAgainMs;
    try {
      const found = await this.#options.versions.find(model.name, version);
      if (this.#served.get(name) !== served) return;
      if (found === null) served.withdraw(`model "${model.name}" has no version ${version}`);
      else served.offer([found]);
    } catch (error) {
      pauseMs = lookUpPauseMs;
      this.#options.ports.log.warn('model-version-lookup-waits', { endpoint: name, error });
      if (this.#served.get(name) !== served) return;
      served.awaitVersion(error instanceof Error ? error.message : String(error));
    }
    this.#lookUps.set(
      name,
      setTimeout(() => void this.#lookUp(served, version), pauseMs),
    );
  }
}
