import { ClickHouseFault } from './errors.ts';

const MAX_LENGTH = 200;

/** A quoted identifier. Values are never put into SQL as text: use query parameters. */
export function identifier(name: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused here
  if (name.length === 0 || name.length > MAX_LENGTH || /[\u0000-\u001f\u007f]/.test(name)) {
    throw new ClickHouseFault(
      'CLICKHOUSE_BAD_IDENTIFIER',
      `${JSON.stringify(name)} cannot be a ClickHouse identifier: 1 to ${MAX_LENGTH} characters without control characters`,
    );
  }
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}

/** A quoted string for DDL, where parameters are not possible: comments and view definitions. */
export function stringLiteral(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
