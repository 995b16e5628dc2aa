import { createReadStream, type ReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { CsvError, parse as parseCsv } from 'csv-parse';
import { ClientError } from '../client-error.ts';
import type { FileFormat } from './file-format.ts';
import type { FileRow } from './file-row.ts';
import { parseJsonLine } from './parse-json-line.ts';
import { parquetRows } from './parquet-rows.ts';

export interface ReadOptions {
  readonly format: FileFormat;
  /** Between the fields of a CSV file. Default: a tab where the name ends in .tsv, else a comma. */
  readonly delimiter?: string;
  /** CSV texts that mean "no value" beside the empty one. */
  readonly nullTexts?: readonly string[];
  /** Told how far the file has been read. */
  readonly onBytes?: (bytes: number) => void;
}

/** Rows in file order, in bounded memory. */
export async function* readRows(path: string, options: ReadOptions): AsyncGenerator<FileRow> {
  const sizeBytes = await fileSize(path);
  const onBytes = options.onBytes ?? ((): void => undefined);
  if (options.format === 'parquet') {
    yield* parquetRows(path, onBytes);
  } else {
    const stream = createReadStream(path, { highWaterMark: 256 * 1024 });
    try {
      const chunks = counted(stream, onBytes);
      yield* options.format === 'csv' ? csvRows(path, chunks, options) : jsonRows(path, chunks);
    } finally {
      stream.destroy();
    }
  }
  onBytes(sizeBytes);
}

/** The size of a file that can be read, or an error that says what is wrong with it. */
export async function fileSize(path: string): Promise<number> {
  let found;
  try {
    found = await stat(path);
  } catch (cause) {
    throw new ClientError('CLIENT_FILE_UNREADABLE', `"${path}" cannot be read: ${messageOf(cause)}`, { cause });
  }
  if (found.isFile()) return found.size;
  throw new ClientError('CLIENT_FILE_UNREADABLE', `"${path}" is not a file`);
}

async function* counted(stream: ReadStream, onBytes: (bytes: number) => void): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      onBytes(stream.bytesRead);
      yield chunk;
    }
  } catch (cause) {
    throw new ClientError('CLIENT_FILE_UNREADABLE', `"${String(stream.path)}" cannot be read: ${messageOf(cause)}`, {
      cause,
    });
  }
}

/** Every value is text; an empty one is null. */
async function* csvRows(
  path: string,
  chunks: AsyncIterable<Buffer>,
  { delimiter = /\.tsv$/i.test(path) ? '\t' : ',', nullTexts = [] }: ReadOptions,
): AsyncGenerator<FileRow> {
  const missing = new Set(['', ...nullTexts]);
  const parser = parseCsv({
    delimiter,
    bom: true,
    skip_empty_lines: true,
    columns: (header: string[]) => distinct(path, header),
    cast: (text, { header }) => (!header && missing.has(text) ? null : text),
  });
  const feeding = feed(chunks, parser);
  try {
    for await (const row of parser) yield row as FileRow;
    await feeding;
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw new ClientError('CLIENT_ROW_INVALID', `"${path}": ${cause.message}`, { cause });
  } finally {
    parser.destroy();
  }
}

/** Ends with the parser, whoever stops first; what goes wrong with the file is thrown out of the parser. */
async function feed(chunks: AsyncIterable<Buffer>, parser: ReturnType<typeof parseCsv>): Promise<void> {
  try {
    for await (const chunk of chunks) {
      if (parser.destroyed) return;
      if (!parser.write(chunk)) await roomIn(parser);
    }
    parser.end();
  } catch (error) {
    parser.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

/** Also where the parser ends before there is room. */
function roomIn(parser: ReturnType<typeof parseCsv>): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      parser.off('drain', done).off('close', done);
      resolve();
    };
    parser.on('drain', done).on('close', done);
    if (parser.destroyed) done();
  });
}

function distinct(path: string, header: readonly string[]): string[] {
  const names = header.map((name) => name.trim());
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  if (repeated === undefined) return names;
  throw new ClientError(
    'CLIENT_ROW_INVALID',
    `"${path}" has more than one column "${repeated}": rename one in its first line`,
  );
}

async function* jsonRows(path: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<FileRow> {
  let line = 0;
  for await (const text of linesOf(chunks)) {
    line += 1;
    if (text.trim() === '') continue;
    yield parseJsonLine(text, `"${path}" line ${line}`);
  }
}

async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  yield rest + decoder.decode();
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
