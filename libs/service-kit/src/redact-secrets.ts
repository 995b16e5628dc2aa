const secretKey = /pass(word|phrase|wd)?$|secret|token$|authorization|cookie|api[-_]?key|credential/i;
const userInfo = /([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi;
const maxDepth = 6;

/** The same value with secrets masked: by the name of the key, and user:password in addresses. Errors become plain. */
export function redactSecrets(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return value.replace(userInfo, '$1***@');
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= maxDepth) return '…';
  if (value instanceof Error) return describeError(value, depth);
  if (value instanceof Date) return value.toISOString();
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => redactSecrets(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, secretKey.test(key) ? '***' : redactSecrets(inner, depth + 1)]),
  );
}

function describeError(error: Error, depth: number): Record<string, unknown> {
  return {
    name: error.name,
    message: redactSecrets(error.message, depth + 1),
    ...('code' in error && { code: error.code }),
    stack: redactSecrets(error.stack, depth + 1),
    ...(error.cause !== undefined && { cause: redactSecrets(error.cause, depth + 1) }),
  };
}
