/** One row of a file: column name to value as the format gives it (CSV: text or null). */
export type FileRow = Readonly<Record<string, unknown>>;
