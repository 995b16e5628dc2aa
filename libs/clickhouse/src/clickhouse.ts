import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { ClickHouseLogLevel, createClient, EXCEPTION_TAG_HEADER_NAME } from '@clickhouse/client';
import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client';
import { onCluster } from './ddl/engine.ts';
import { asClickHouseError } from './errors.ts';
import { identifier } from './identifiers.ts';
import { RowPieces, type ReadRow } from './row-binary/row-pieces.ts';
import { wholeAnswer } from './row-binary/whole-answer.ts';
import type { Table } from './table.ts';

export interface ClickHouseConfig {
  readonly url: string;
  readonly database: string;
  readonly username: string;
  readonly password: string;
  /** PEM of the authority that signed the server's certificate. */
  readonly ca?: string;
  /** Tables are made ON CLUSTER and replicated when one is named. */
  readonly cluster?: string;
  /** gzip both ways: for a server behind a slow network. */
  readonly compress?: boolean;
  readonly requestTimeoutMs?: number;
  readonly maxConnections?: number;
}

export interface QueryOptions {
  readonly settings?: ClickHouseSettings;
  readonly signal?: AbortSignal;
  /** For queries that come from people: no writes, and bounds that end the query with CLICKHOUSE_QUERY_LIMIT. */
  readonly limits?: QueryLimits;
}

export interface QueryLimits {
  readonly maxExecutionMs: number;
  readonly maxResultRows: number;
  readonly maxMemoryBytes: number;
}

export type QueryParameters = Readonly<Record<string, unknown>>;

/** Times are ISO 8601 with Z both ways; 64-bit integers are JSON numbers (ours are below 2^53), NaN comes as null. */
const JSON_SETTINGS = {
  date_time_output_format: 'iso',
  date_time_input_format: 'best_effort',
  output_format_json_quote_64bit_integers: 0,
} satisfies ClickHouseSettings;

/** Values one after the other with nothing between, before or behind. */
const RAW_SETTINGS = {
  format_custom_escaping_rule: 'Raw',
  format_custom_field_delimiter: '',
  format_custom_row_before_delimiter: '',
  format_custom_row_between_delimiter: '',
  format_custom_row_after_delimiter: '',
  format_custom_result_before_delimiter: '',
} satisfies ClickHouseSettings;

/** SQL that is made of definitions may hold long lists; the server's own bound of 256 KiB is meant for what people type. */
const LONGEST_QUERY_BYTES = 16 * 1024 * 1024;

/** The connection pool of a process to ClickHouse. Failures are `TransientError` (wait) or `ClickHouseFault` (do not). */
export class ClickHouse {
  readonly database: string;
  readonly cluster: string | null;
  readonly #client: ClickHouseClient;
  readonly #connect: (database?: string) => ClickHouseClient;

  constructor(config: ClickHouseConfig) {
    this.database = config.database;
    this.cluster = config.cluster ?? null;
    this.#connect = (database) => connect(config, database);
    this.#client = this.#connect(config.database);
  }

  /** Every other call needs the database to exist. */
  async createDatabase(): Promise<void> {
    const client = this.#connect();
    try {
      await this.#run('create the database', async () => {
        await client.command({
          query: `CREATE DATABASE IF NOT EXISTS ${identifier(this.database)} ${onCluster(this)}`,
        });
      });
    } finally {
      await client.close();
    }
  }

  /** Rows as objects. Parameters are written {name:Type} in the SQL. */
  async query<T>(sql: string, parameters: QueryParameters = {}, options: QueryOptions = {}): Promise<T[]> {
    return this.#run('query', async () => {
      const result = await this.#client.query({
        query: sql,
        query_params: { ...parameters },
        format: 'JSONEachRow',
        ...this.#options(options),
      });
      return result.json<T>();
    });
  }

  /** The first row, or null. */
  async queryOne<T>(sql: string, parameters: QueryParameters = {}, options: QueryOptions = {}): Promise<T | null> {
    const [first] = await this.query<T>(sql, parameters, options);
    return first ?? null;
  }

  /** Rows in pages as they arrive: for results larger than memory. */
  async *stream<T>(
    sql: string,
    parameters: QueryParameters = {},
    options: QueryOptions = {},
  ): AsyncGenerator<T[], void, void> {
    try {
      const result = await this.#client.query({
        query: sql,
        query_params: { ...parameters },
        format: 'JSONEachRow',
        ...this.#options(options),
      });
      for await (const rows of result.stream<T>()) yield rows.map((row) => row.json());
    } catch (error) {
      throw asClickHouseError(error, 'query');
    }
  }

  /**
   * Rows as RowBinary, for many rows of few columns: `ByteReader` reads them. They come when the server has all of them, so
   * that a query that fails half-way is an error and never a shorter answer; longer results are read by `streamRows`.
   */
  async queryBytes(sql: string, parameters: QueryParameters = {}, settings: ClickHouseSettings = {}): Promise<Buffer> {
    return this.#run('query', async () => {
      const result = await this.#client.exec({
        query: `${sql}\nFORMAT RowBinary`,
        query_params: { ...parameters },
        clickhouse_settings: { ...settings, wait_end_of_query: 1 },
      });
      const chunks: Buffer[] = [];
      for await (const chunk of result.stream) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    });
  }

  /**
   * Rows of `SELECT columns rest` as they arrive, for results larger than memory and many rows: what is held is bounded,
   * and the server waits for the reader. A query that fails half-way throws, as does an answer that is cut anywhere; what
   * came before is then to be dropped.
   */
  async *streamRows<T>(
    select: { readonly columns: string; readonly rest: string },
    parameters: QueryParameters,
    read: ReadRow<T>,
  ): AsyncGenerator<T[], void, void> {
    // Rows of RowBinary follow each other without an end, so they are put into a format that writes one, when all are sent.
    const mark = randomBytes(16).toString('hex');
    const pieces = new RowPieces(read);
    try {
      const result = await this.#client.exec({
        query: `SELECT formatRow('RowBinary', ${select.columns}) ${select.rest}\nFORMAT CustomSeparated`,
        query_params: { ...parameters },
        clickhouse_settings: { ...RAW_SETTINGS, format_custom_result_after_delimiter: mark },
      });
      const exceptionTag = result.response_headers[EXCEPTION_TAG_HEADER_NAME]?.toString();
      const answer = result.stream as AsyncIterable<Buffer>;
      for await (const piece of wholeAnswer(answer, { mark: Buffer.from(mark), exceptionTag })) {
        const rows = pieces.add(piece);
        if (rows.length > 0) yield rows;
      }
      pieces.end();
    } catch (error) {
      throw asClickHouseError(error, 'query');
    }
  }

  /** A statement without rows: DDL. */
  async command(sql: string, parameters: QueryParameters = {}, settings: ClickHouseSettings = {}): Promise<void> {
    await this.#run('run a statement', async () => {
      await this.#client.command({
        query: sql,
        query_params: { ...parameters },
        clickhouse_settings: { ...settings, wait_end_of_query: 1 },
      });
    });
  }

  /**
   * One insert of RowBinary bytes. An insert with a token that the table has seen within its deduplication window is
   * dropped by the server, whatever it holds: equal tokens must mean equal rows.
   */
  async insertBytes<T>(into: Table<T>, rows: Uint8Array, token: string): Promise<void> {
    await this.#run(`insert into ${into.name}`, async () => {
      const result = await this.#client.exec({
        query: `INSERT INTO ${this.qualified(into.name)} (${into.columnList}) FORMAT RowBinary`,
        values: Readable.from([rows]),
        clickhouse_settings: {
          insert_deduplication_token: token,
          insert_deduplicate: 1,
          async_insert: 0,
          wait_end_of_query: 1,
          // Event times are the users' own; a batch that spans many months must not block its partition for ever.
          max_partitions_per_insert_block: '0',
        },
      });
      for await (const _ of result.stream);
    });
  }

  /** Rows as objects, as JSON: for a few rows outside the stream. */
  async insert(tableName: string, rows: readonly object[], token?: string): Promise<void> {
    if (rows.length === 0) return;
    await this.#run(`insert into ${tableName}`, async () => {
      await this.#client.insert({
        table: this.qualified(tableName),
        values: [...rows],
        format: 'JSONEachRow',
        clickhouse_settings: {
          ...JSON_SETTINGS,
          wait_end_of_query: 1,
          ...(token === undefined ? {} : { insert_deduplication_token: token }),
        },
      });
    });
  }

  /** `database`.`name`, quoted. */
  qualified(name: string): string {
    return `${identifier(this.database)}.${identifier(name)}`;
  }

  /** For readiness: throws TransientError while the server does not answer. */
  async ping(): Promise<void> {
    const result = await this.#client.ping();
    if (!result.success) throw asClickHouseError(result.error, 'ping');
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  #options({ settings, signal, limits }: QueryOptions) {
    return {
      clickhouse_settings: { ...JSON_SETTINGS, ...settings, ...(limits ? limitSettings(limits) : {}) },
      ...(signal ? { abort_signal: signal } : {}),
    };
  }

  async #run<T>(doing: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw asClickHouseError(error, doing);
    }
  }
}

function limitSettings(limits: QueryLimits): ClickHouseSettings {
  return {
    readonly: '1',
    max_execution_time: Math.ceil(limits.maxExecutionMs / 1000),
    timeout_overflow_mode: 'throw',
    max_result_rows: String(limits.maxResultRows),
    result_overflow_mode: 'throw',
    max_memory_usage: String(limits.maxMemoryBytes),
  };
}

function connect(config: ClickHouseConfig, database?: string): ClickHouseClient {
  return createClient({
    url: config.url,
    ...(database === undefined ? {} : { database }),
    username: config.username,
    password: config.password,
    request_timeout: config.requestTimeoutMs ?? 60_000,
    max_open_connections: config.maxConnections ?? 10,
    compression: { request: config.compress ?? false, response: config.compress ?? false },
    clickhouse_settings: { max_query_size: String(LONGEST_QUERY_BYTES) },
    // Every failure reaches the caller, who knows whether it is expected.
    log: { level: ClickHouseLogLevel.OFF },
    // Below the server's keep_alive_timeout: a socket that the server closes first looks like a failed insert.
    keep_alive: { enabled: true, idle_socket_ttl: 1_500 },
    ...(config.ca === undefined ? {} : { tls: { ca_cert: Buffer.from(config.ca) } }),
  });
}
