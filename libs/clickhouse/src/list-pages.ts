/** The server refuses a query parameter above 128 KiB (`http_max_field_value_size`). */
const pageBytes = 100_000;

/** Cuts the values of an `Array(String)` parameter into lists that the server takes, in order: one query each. */
export function* listPages(values: readonly string[]): Generator<string[], void, void> {
  let page: string[] = [];
  let bytes = 0;
  for (const value of values) {
    const size = parameterBytes(value);
    if (page.length > 0 && bytes + size > pageBytes) {
      yield page;
      page = [];
      bytes = 0;
    }
    page.push(value);
    bytes += size;
  }
  if (page.length > 0) yield page;
}

/** In quotes, with a comma, and a backslash before each character that needs one. */
function parameterBytes(value: string): number {
  return Buffer.byteLength(value) + (value.match(/[\\'\p{Cc}]/gu)?.length ?? 0) + 3;
}
