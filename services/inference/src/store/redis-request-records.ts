import type { Prediction } from '@millrace/schemas';
import type { RequestKey, RequestRecord, RequestRecords } from '../flow/request-records.ts';
import type { OnlineStoreConnection } from './online-store-connection.ts';

/** What was decided for requests, in Redis: every instance sees it, and a crash of one forgets nothing. */
export class RedisRequestRecords implements RequestRecords {
  readonly #connection: Pick<OnlineStoreConnection, 'store'>;
  readonly #retentionMs: number;

  constructor(connection: Pick<OnlineStoreConnection, 'store'>, retentionMs: number) {
    this.#connection = connection;
    this.#retentionMs = retentionMs;
  }

  async find(key: RequestKey): Promise<RequestRecord | null> {
    return decode(await this.#firstWrites.find(nameOf(key)));
  }

  async keepFirst(key: RequestKey, record: RequestRecord): Promise<RequestRecord | null> {
    return decode(await this.#firstWrites.put(nameOf(key), encode(record), this.#retentionMs));
  }

  async markPublished(key: RequestKey, record: RequestRecord): Promise<void> {
    await this.#firstWrites.replace(nameOf(key), encode({ ...record, isPublished: true }));
  }

  get #firstWrites() {
    return this.#connection.store.firstWrites;
  }
}

/** An endpoint's name holds no "|". */
function nameOf({ endpoint, requestId }: RequestKey): string {
  return `inference.request|${endpoint}|${requestId}`;
}

type Stored = Omit<RequestRecord, 'scored'> & {
  readonly scored: readonly { readonly prediction: StoredPrediction; readonly features: Features }[];
};
type Features = RequestRecord['scored'][number]['features'];
type StoredPrediction = Omit<Prediction, 'numbers'> & { readonly numbers: readonly (number | null)[] };

/** NaN, a missing number, is null in JSON. */
function encode(record: RequestRecord): Buffer {
  return Buffer.from(JSON.stringify(record));
}

function decode(bytes: Buffer | null): RequestRecord | null {
  if (bytes === null) return null;
  const stored = JSON.parse(bytes.toString('utf8')) as Stored;
  return {
    ...stored,
    scored: stored.scored.map(({ prediction, features }) => ({
      features,
      prediction: { ...prediction, numbers: prediction.numbers.map((value) => value ?? Number.NaN) },
    })),
  };
}
