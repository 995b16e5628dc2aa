import { appendFileSync, existsSync, readFileSync } from 'node:fs';

export interface HandledPromotion {
  readonly eventId: string;
  readonly version: string;
  readonly sha256: string;
}

/** What a subscriber did, one line a promotion in a file: done before it acknowledges, and looked up before it does it. */
export class HandledPromotions {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  has(eventId: string): boolean {
    return this.all().some((handled) => handled.eventId === eventId);
  }

  add(handled: HandledPromotion): void {
    appendFileSync(this.#file, `${JSON.stringify(handled)}\n`, { flush: true });
  }

  /** In the order in which they were handled. */
  all(): HandledPromotion[] {
    if (!existsSync(this.#file)) return [];
    const lines = readFileSync(this.#file, 'utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as HandledPromotion);
  }
}
