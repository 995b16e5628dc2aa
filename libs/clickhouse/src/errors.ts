import { TransientError } from '@millrace/events';
import { ClickHouseError as ServerError } from '@clickhouse/client';

export type ClickHouseErrorCode =
  | 'CLICKHOUSE_QUERY_REFUSED'
  | 'CLICKHOUSE_QUERY_LIMIT'
  | 'CLICKHOUSE_BAD_IDENTIFIER'
  | 'CLICKHOUSE_BAD_TYPE'
  | 'CLICKHOUSE_MIGRATION_CHANGED'
  | 'CLICKHOUSE_MIGRATION_UNKNOWN'
  | 'CLICKHOUSE_MIGRATION_NOT_REPEATABLE'
  | 'CLICKHOUSE_MIGRATION_FAILED';

/** A fault that does not pass by waiting. `serverCode` is ClickHouse's own number when the server said it. */
export class ClickHouseFault extends Error {
  readonly code: ClickHouseErrorCode;
  readonly serverCode: number | null;

  constructor(code: ClickHouseErrorCode, message: string, options?: ErrorOptions & { readonly serverCode?: number }) {
    super(message, options);
    this.name = 'ClickHouseFault';
    this.code = code;
    this.serverCode = options?.serverCode ?? null;
  }
}

/**
 * Codes of a server that is overloaded, starting, restarting or short of something for now: waiting helps.
 * https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp
 */
const TRANSIENT_SERVER_CODES = new Set([
  3, // UNEXPECTED_END_OF_FILE: the body was cut
  23, // CANNOT_READ_FROM_SOCKET
  24, // CANNOT_WRITE_TO_OSTREAM
  198, // DNS_ERROR
  202, // TOO_MANY_SIMULTANEOUS_QUERIES
  209, // SOCKET_TIMEOUT
  210, // NETWORK_ERROR
  225, // NO_ZOOKEEPER
  236, // ABORTED: shutting down
  241, // MEMORY_LIMIT_EXCEEDED
  242, // TABLE_IS_READ_ONLY
  243, // NOT_ENOUGH_SPACE
  252, // TOO_MANY_PARTS
  285, // TOO_FEW_LIVE_REPLICAS
  286, // UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE
  289, // REPLICA_IS_NOT_IN_QUORUM
  319, // UNKNOWN_STATUS_OF_INSERT
  394, // QUERY_WAS_CANCELLED: shutting down
  439, // CANNOT_SCHEDULE_TASK
  473, // DEADLOCK_AVOIDED
  999, // KEEPER_EXCEPTION
]);

/** Limits of a query: a caller's choice, not an outage. */
const LIMIT_SERVER_CODES = new Set([
  158, // TOO_MANY_ROWS
  159, // TIMEOUT_EXCEEDED
  160, // TOO_SLOW
  307, // TOO_MANY_BYTES
  396, // TOO_MANY_ROWS_OR_BYTES
]);

/** What a caller can act on: wait, or not. Everything that is not the server's own answer is the connection. */
export function asClickHouseError(error: unknown, doing: string): Error {
  if (error instanceof TransientError || error instanceof ClickHouseFault) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof ServerError) {
    const serverCode = Number(error.code);
    if (TRANSIENT_SERVER_CODES.has(serverCode)) {
      return new TransientError('clickhouse', `ClickHouse cannot ${doing} now (${serverCode}): ${message}`, {
        cause: error,
      });
    }
    const code = LIMIT_SERVER_CODES.has(serverCode) ? 'CLICKHOUSE_QUERY_LIMIT' : 'CLICKHOUSE_QUERY_REFUSED';
    return new ClickHouseFault(code, `ClickHouse refused to ${doing} (${serverCode}): ${message}`, {
      cause: error,
      serverCode,
    });
  }
  return new TransientError('clickhouse', `ClickHouse is not available to ${doing}: ${message}`, { cause: error });
}
