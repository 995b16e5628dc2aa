import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Addresses } from '@millrace/stack';
import { stackAddresses } from './stack-addresses.ts';

export interface TestNamespace {
  readonly topicPrefix: string;
  readonly keyPrefix: string;
  readonly clickhouseDatabase: string;
  /** The stack's addresses with this namespace's own names in it: all that a service or a client needs. */
  readonly env: Readonly<Record<string, string>>;
  /** The stack instance the namespace lives in. */
  readonly instance: string;
}

/** Of a member that was killed: tests that kill wait for it again and again. */
const sessionTimeoutMs = 6_000;

/** Names that no other test uses, on the running stack: every topic, key, table and file of a test lives under its own. */
export function testNamespace(addresses: Addresses = stackAddresses()): TestNamespace {
  const id = `t${randomBytes(5).toString('hex')}`;
  const topicPrefix = `${id}.`;
  const artifacts = addresses.env['MILLRACE_ARTIFACTS_DIR'] ?? '';
  return {
    topicPrefix,
    keyPrefix: id,
    clickhouseDatabase: id,
    instance: addresses.instance,
    env: {
      ...addresses.env,
      MILLRACE_TOPIC_PREFIX: topicPrefix,
      MILLRACE_KEY_PREFIX: id,
      MILLRACE_CLICKHOUSE_DATABASE: id,
      MILLRACE_KAFKA_SESSION_TIMEOUT_MS: String(sessionTimeoutMs),
      MILLRACE_ARTIFACTS_DIR: path.join(path.dirname(artifacts), 'artifacts', id),
    },
  };
}
