/** The server refuses a query parameter above 128 KiB (`http_max_field_value_size`). */
const pageBytes = 120_000;

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

/**
 * In quotes, with a comma, and a backslash before each character that needs one; as it goes into an address, where all but
 * letters, digits and a few signs take three bytes.
 */
function parameterBytes(value: string): number {
  const plain = value.match(/[A-Za-z0-9_.-]/g)?.length ?? 0;
  const escapes = value.match(/[\\'\p{Cc}]/gu)?.length ?? 0;
  return plain + 3 * (Buffer.byteLength(value) - plain + escapes + 3);
}
