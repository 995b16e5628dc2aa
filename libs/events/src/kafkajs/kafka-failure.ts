import { EventsError, TransientError } from '../errors.ts';

interface KafkaJsFailure extends Error {
  readonly type?: string;
  readonly retriable?: boolean;
  readonly cause?: unknown;
  readonly errors?: readonly unknown[];
}

/** Outages by the class that kafkajs gives them; a protocol error carries its own `type`. */
const outageNames = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
  'KafkaJSNoBrokerAvailableError',
  'KafkaJSMetadataNotLoaded',
  'KafkaJSTopicMetadataNotLoaded',
  'KafkaJSGroupCoordinatorNotFound',
  'KafkaJSLockTimeout',
  'KafkaJSTimeout',
]);

/** Faults of an idempotent producer's session: a new producer heals them. */
const sessionTypes = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
  'PRODUCER_FENCED',
  'INVALID_PRODUCER_ID_MAPPING',
]);

const codes: Readonly<Record<string, string>> = {
  MESSAGE_TOO_LARGE: 'EVENTS_RECORD_TOO_LARGE',
  RECORD_LIST_TOO_LARGE: 'EVENTS_RECORD_TOO_LARGE',
  UNKNOWN_TOPIC_OR_PARTITION: 'EVENTS_TOPIC_MISSING',
  TOPIC_AUTHORIZATION_FAILED: 'EVENTS_NOT_AUTHORIZED',
  CLUSTER_AUTHORIZATION_FAILED: 'EVENTS_NOT_AUTHORIZED',
  GROUP_AUTHORIZATION_FAILED: 'EVENTS_NOT_AUTHORIZED',
  INVALID_TOPIC_EXCEPTION: 'EVENTS_TOPIC_INVALID',
};

/** What kafkajs threw, as an outage to wait for or as a coded fault; `doing` says what was tried. */
export function kafkaFailure(error: unknown, doing: string): TransientError | EventsError {
  if (error instanceof TransientError || error instanceof EventsError) return error;
  const chain = [...causesOf(error)];
  const types = chain.map((one) => one.type).filter((type) => type !== undefined);
  const message = `${doing}: ${chain[0]?.message ?? String(error)}`;
  for (const type of types) {
    const code = codes[type];
    if (code) return new EventsError(code, message, { cause: error });
  }
  if (chain.some((one) => one.name === 'KafkaJSSASLAuthenticationError')) {
    return new EventsError('EVENTS_NOT_AUTHENTICATED', `${message}: check MILLRACE_KAFKA_USERNAME and _PASSWORD`, {
      cause: error,
    });
  }
  if (chain.some((one) => /CERT|SIGNED|UNABLE_TO_/.test((one as NodeJS.ErrnoException).code ?? ''))) {
    return new EventsError(
      'EVENTS_TLS_REFUSED',
      `${message}: the broker's certificate is not trusted, check MILLRACE_KAFKA_CA_FILE`,
      { cause: error },
    );
  }
  const outage = chain.some((one) => outageNames.has(one.name) || sessionTypes.has(one.type ?? '') || isSystem(one));
  const retriable = chain.some((one) => one.type !== undefined && one.retriable === true);
  if (outage || retriable) return new TransientError('kafka', message, { cause: error });
  return new EventsError('EVENTS_KAFKA_FAILED', message, { cause: error });
}

function isSystem(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return (
    code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === 'ETIMEDOUT' || code === 'EPIPE' || code === 'ENOTFOUND'
  );
}

function* causesOf(error: unknown, depth = 0): Generator<KafkaJsFailure> {
  if (!(error instanceof Error) || depth > 8) return;
  const failure: KafkaJsFailure = error;
  yield failure;
  for (const inner of failure.errors ?? []) yield* causesOf(inner, depth + 1);
  if (failure.cause !== error) yield* causesOf(failure.cause, depth + 1);
}
