import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { asyncBufferFromFile, parquetMetadataAsync, parquetRead, type Compressors, type DecodedArray } from 'hyparquet';
import { ClientError } from '../client-error.ts';
import type { FileRow } from './file-row.ts';

/** Beside Snappy, which the reader knows itself. */
const compressors: Compressors = {
  GZIP: (input) => gunzipSync(input),
  BROTLI: (input) => brotliDecompressSync(input),
  ZSTD: (input) => zstdDecompressSync(input),
};

/** Holds one row group at a time, by column as it is stored; rows are made one after the other. */
export async function* parquetRows(path: string, onBytes: (bytes: number) => void): AsyncGenerator<FileRow> {
  try {
    const file = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(file);
    let rowStart = 0;
    for (const group of metadata.row_groups) {
      const rowCount = Number(group.num_rows);
      const columns = new Map<string, ColumnCursor>();
      await parquetRead({
        file,
        metadata,
        rowStart,
        rowEnd: rowStart + rowCount,
        compressors,
        onChunk: ({ columnName, columnData }) => {
          const column = columns.get(columnName) ?? new ColumnCursor();
          columns.set(columnName, column);
          column.add(columnData);
        },
      });
      for (let i = 0; i < rowCount; i += 1) {
        const row: Record<string, unknown> = {};
        for (const [name, column] of columns) row[name] = column.next() ?? null;
        yield row;
      }
      rowStart += rowCount;
      onBytes((file.byteLength * rowStart) / Math.max(1, Number(metadata.num_rows)));
    }
  } catch (cause) {
    throw new ClientError(
      'CLIENT_FILE_UNREADABLE',
      `"${path}" cannot be read as Parquet: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
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
