import { OnlineStore } from '@millrace/online-store';
import { testNamespace } from '@millrace/testing';
import { afterAll, beforeAll } from 'vitest';
import { RedisRequestRecords } from './redis-request-records.ts';
import { requestRecordsContract } from './request-records.contract.ts';

const { keyPrefix, env } = testNamespace();
let store: OnlineStore;

beforeAll(async () => {
  const silent = { info: () => undefined, warn: () => undefined };
  store = await OnlineStore.connect({ url: env['MILLRACE_REDIS_URL'] ?? '', keyPrefix }, silent);
});
afterAll(() => store.close());

requestRecordsContract('Redis', () => new RedisRequestRecords({ store }, 60_000));
