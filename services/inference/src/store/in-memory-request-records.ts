import type { RequestKey, RequestRecord, RequestRecords } from '../flow/request-records.ts';

/** The decisions of one process, for tests of the flow. */
export class InMemoryRequestRecords implements RequestRecords {
  readonly #records = new Map<string, RequestRecord>();

  async find(key: RequestKey): Promise<RequestRecord | null> {
    return this.#records.get(nameOf(key)) ?? null;
  }

  async keepFirst(key: RequestKey, record: RequestRecord): Promise<RequestRecord | null> {
    const earlier = this.#records.get(nameOf(key)) ?? null;
    if (earlier === null) this.#records.set(nameOf(key), record);
    return earlier;
  }

  async markPublished(key: RequestKey, record: RequestRecord): Promise<void> {
    this.#records.set(nameOf(key), { ...record, isPublished: true });
  }
}

function nameOf({ endpoint, requestId }: RequestKey): string {
  return JSON.stringify([endpoint, requestId]);
}
