import { ClientError } from '../client-error.ts';

export const fileFormats = ['csv', 'jsonl', 'parquet'] as const;
export type FileFormat = (typeof fileFormats)[number];

/** By the name's ending; a file that has another one needs its format said. */
export function formatOf(path: string): FileFormat {
  if (/\.(csv|tsv)$/i.test(path)) return 'csv';
  if (/\.(jsonl|ndjson|json)$/i.test(path)) return 'jsonl';
  if (/\.parquet$/i.test(path)) return 'parquet';
  throw new ClientError(
    'CLIENT_FORMAT_UNKNOWN',
    `"${path}": the ending names no format: give --format ${fileFormats.join('|')}`,
  );
}
