import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import {
  asyncBufferFromFile,
  parquetMetadataAsync,
  parquetRead,
  type AsyncBuffer,
  type Compressors,
  type DecodedArray,
  type FileMetaData,
} from 'hyparquet';
import { ClientError } from '../client-error.ts';
import type { FileRow } from './file-row.ts';
import { parquetLayout } from './parquet-columns.ts';
import type { ReadOptions } from './read-rows.ts';

/** Beside Snappy, which the reader knows itself. */
const compressors: Compressors = {
  GZIP: (input) => gunzipSync(input),
  BROTLI: (input) => brotliDecompressSync(input),
  ZSTD: (input) => zstdDecompressSync(input),
};

/** Holds one row group at a time, by column as it is stored; rows are made one after the other. */
export async function* parquetRows(
  path: string,
  { onBytes, onColumns, onKind }: Pick<ReadOptions, 'onBytes' | 'onColumns' | 'onKind'>,
): AsyncGenerator<FileRow> {
  const { file, metadata: stored } = await opened(path);
  const { columns, metadata } = parquetLayout(stored);
  onColumns?.(columns.map(({ name }) => name));
  for (const { name, kind } of columns) if (kind !== undefined) onKind?.(name, kind);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowCount = Number(group.num_rows);
    const cursors = new Map(columns.map(({ name }) => [name, new ColumnCursor()]));
    await orUnreadable(path, () =>
      parquetRead({
        file,
        metadata,
        rowStart,
        rowEnd: rowStart + rowCount,
        compressors,
        // Bytes that are not said to be text stay bytes.
        utf8: false,
        onChunk: ({ columnName, columnData }) => cursors.get(columnName)?.add(columnData),
      }),
    );
    for (let i = 0; i < rowCount; i += 1) {
      const row: Record<string, unknown> = {};
      for (const { name, read } of columns) row[name] = read(cursors.get(name)?.next()) ?? null;
      yield row;
    }
    rowStart += rowCount;
    onBytes?.((file.byteLength * rowStart) / Math.max(1, Number(metadata.num_rows)));
  }
}

async function opened(path: string): Promise<{ file: AsyncBuffer; metadata: FileMetaData }> {
  return orUnreadable(path, async () => {
    const file = await asyncBufferFromFile(path);
    return { file, metadata: await parquetMetadataAsync(file) };
  });
}

async function orUnreadable<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ClientError('CLIENT_FILE_UNREADABLE', `"${path}" cannot be read as Parquet: ${reason}`, { cause });
  }
}
class ColumnCursor {
  readonly #chunks: DecodedArray[] = [];
  #chunk = 0;
  #at = 0;

  add(chunk: DecodedArray): void {
    this.#chunks.push(chunk);
  }

  next(): unknown {
    let chunk = this.#chunks[this.#chunk];
    while (chunk && this.#at >= chunk.length) {
      this.#at = 0;
      this.#chunk += 1;
      chunk = this.#chunks[this.#chunk];
    }
    const value: unknown = chunk?.[this.#at];
    this.#at += 1;
    return value;
  }
}
