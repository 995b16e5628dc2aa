import { OnlineStore, OnlineStoreUnavailable } from '@millrace/online-store';
import type { OnlineStoreConfig } from '@millrace/online-store';
import type { ServiceLog } from '@millrace/service-kit';
import { untilAvailable } from '@millrace/service-kit';

/** Redis, once it is there: streams are scored without it, so nothing waits for it but a request. */
export class OnlineStoreConnection {
  #store: OnlineStore | null = null;
  #isClosed = false;

  private constructor() {}

  static open(config: OnlineStoreConfig, log: ServiceLog): OnlineStoreConnection {
    const connection = new OnlineStoreConnection();
    void untilAvailable(log, 'online-store', () => OnlineStore.connect(config, log)).then(
      (store) => connection.#take(store),
      (error: unknown) => log.error('online-store-not-connected', { error }),
    );
    return connection;
  }

  /** Throws `OnlineStoreUnavailable` until the first connection. */
  get store(): OnlineStore {
    if (this.#store === null) throw new OnlineStoreUnavailable('Redis has not answered yet');
    return this.#store;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#store?.close();
  }

  #take(store: OnlineStore): void {
    this.#store = store;
    if (this.#isClosed) void store.close();
  }
}
