import type { PlannedService } from './source-blueprint.ts';

/**
 * From which offset of one partition each feature service that starts "now" gives vectors. Decided by the partition's
 * owner when it first sees the service and kept beside the fence, so that a restart decides nothing anew.
 */
export class Activations {
  readonly #offsets: Map<string, number>;

  constructor(offsets: Map<string, number> = new Map()) {
    this.#offsets = offsets;
  }

  static decode(extra: Buffer): Activations {
    return new Activations(
      extra.length === 0 ? new Map() : new Map(Object.entries(JSON.parse(extra.toString()) as Record<string, number>)),
    );
  }

  encode(): Buffer {
    return this.#offsets.size === 0 ? Buffer.alloc(0) : Buffer.from(JSON.stringify(Object.fromEntries(this.#offsets)));
  }

  /** Services seen for the first time take effect at `offset`. */
  begin(services: readonly PlannedService[], offset: number): void {
    for (const { plan } of services) {
      if (plan.definition.startFrom === 'now' && !this.#offsets.has(plan.id)) this.#offsets.set(plan.id, offset);
    }
  }

  isActive({ plan }: PlannedService, offset: number): boolean {
    return plan.definition.startFrom === 'beginning' || offset >= (this.#offsets.get(plan.id) ?? 0);
  }
}
