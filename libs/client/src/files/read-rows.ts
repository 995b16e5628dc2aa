import { createReadStream, type ReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { CsvError, parse as parseCsv } from 'csv-parse';
import { ClientError } from '../client-error.ts';
import { decodeText, type TextEncoding } from './decode-text.ts';
import type { FileFormat } from './file-format.ts';
import type { FileRow } from './file-row.ts';
import { guessDelimiter } from './guess-delimiter.ts';
import type { ColumnKind } from './infer-columns.ts';
import { parseJsonLine } from './parse-json-line.ts';
import { parquetRows } from './parquet-rows.ts';

export interface ReadOptions {
  readonly format: FileFormat;
  /** Between the fields of a CSV file. Default: a tab where the name ends in .tsv, else what separates the names in its first line. */
  readonly delimiter?: string;
  /** Of CSV and JSON lines. Default: UTF-8. */
  readonly encoding?: TextEncoding;
  /** CSV texts that mean "no value" beside the empty one. */
  readonly nullTexts?: readonly string[];
  /** Told all columns before the first row comes, where the format says them: CSV and Parquet. */
  readonly onColumns?: (columns: readonly string[]) => void;
  /** Told what a Parquet file declares of a column. */
  readonly onKind?: (column: string, kind: ColumnKind) => void;
  /** Told how far the file has been read. */
  readonly onBytes?: (bytes: number) => void;
}

/** Rows in file order, in bounded memory. */
export async function* readRows(path: string, options: ReadOptions): AsyncGenerator<FileRow> {
  const sizeBytes = await fileSize(path);
  const onBytes = options.onBytes ?? ((): void => undefined);
  if (options.format === 'parquet') {
    yield* parquetRows(path, { ...options, onBytes });
  } else {
    const stream = createReadStream(path, { highWaterMark: 256 * 1024 });
    try {
      const texts = decodeText(path, counted(stream, onBytes), options.encoding);
      yield* options.format === 'csv' ? csvRows(path, texts, options) : jsonRows(path, texts);
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

/** Every value is text; an empty one is null. Spaces around a value that is not in quotes don't belong to it. */
async function* csvRows(
  path: string,
  texts: AsyncIterator<string>,
  { delimiter: given, nullTexts = [], onColumns }: ReadOptions,
): AsyncGenerator<FileRow> {
  const first = await texts.next();
  const begin = first.done ? '' : first.value;
  const [header = ''] = begin.split('\n', 1);
  const delimiter = given ?? (/\.tsv$/i.test(path) ? '\t' : guessDelimiter(header));
  const missing = new Set(['', ...nullTexts]);
  const parser = parseCsv({
    delimiter,
    bom: true,
    trim: delimiter.trim() !== '',
    skip_empty_lines: true,
    columns: (header: string[]) => {
      const names = distinct(path, header);
      onColumns?.(names);
      return names;
    },
    cast: (text, { header }) => (!header && missing.has(text) ? null : text),
  });
  const feeding = feed(begin, texts, parser);
  try {
    for await (const row of parser) yield row as FileRow;
    await feeding;
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw new ClientError(
      'CLIENT_ROW_INVALID',
      `"${path}": ${cause.message} (fields are taken to be separated by ${JSON.stringify(delimiter)}: --delimiter says otherwise)`,
      { cause },
    );
  } finally {
    parser.destroy();
  }
}

/** Ends with the parser, whoever stops first; what goes wrong with the file is thrown out of the parser. */
async function feed(begin: string, texts: AsyncIterator<string>, parser: ReturnType<typeof parseCsv>): Promise<void> {
  try {
    if (!parser.write(begin)) await roomIn(parser);
    for (let next = await texts.next(); !next.done; next = await texts.next()) {
      if (parser.destroyed) return;
      if (!parser.write(next.value)) await roomIn(parser);
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

async function* jsonRows(path: string, texts: AsyncIterable<string>): AsyncGenerator<FileRow> {
  let number = 0;
  for await (const text of texts) {
    for (const line of linesOf(text)) {
      number += 1;
      if (line.trim() !== '') yield parseJsonLine(line, `"${path}" line ${number}`);
    }
  }
}

/** The text ends with its last line. */
function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
