import type { ExpectedDigests } from '@millrace/artifacts';
import { invalidParameter } from '@millrace/mlflow-protocol';
import type { IncomingHttpHeaders } from 'node:http';

/** SHA-256 of the whole content in hexadecimal digits, taken on upload and told on download. */
const sha256Header = 'x-millrace-sha256';

const lengths = { sha256: 32, md5: 16 } as const;
type Algorithm = keyof typeof lengths;

/**
 * What the sender says the body is: our own header, Content-MD5 (RFC 1864), Digest (RFC 3230), Content-Digest and Repr-Digest
 * (RFC 9530). Algorithms that are not known are left aside.
 */
export function digestsOf(headers: IncomingHttpHeaders): ExpectedDigests {
  const said: { sha256?: string; md5?: string } = {};
  const take = (header: string, algorithm: Algorithm, digest: Buffer): void => {
    const hex = digest.toString('hex');
    if (digest.length !== lengths[algorithm]) throw invalidParameter(`Invalid ${header}: it is no ${algorithm} digest`);
    if (said[algorithm] !== undefined && said[algorithm] !== hex)
      throw invalidParameter(`Invalid ${header}: another header says another ${algorithm} digest`);
    said[algorithm] = hex;
  };
  const own = textOf(headers[sha256Header]);
  if (own !== undefined) take(sha256Header, 'sha256', Buffer.from(own, 'hex'));
  const md5 = textOf(headers['content-md5']);
  if (md5 !== undefined) take('content-md5', 'md5', Buffer.from(md5, 'base64'));
  for (const header of ['digest', 'content-digest', 'repr-digest']) {
    for (const item of textOf(headers[header])?.split(',') ?? []) {
      const [, name = '', value = ''] = /^\s*([A-Za-z0-9-]+)=:?([A-Za-z0-9+/]+=*):?\s*$/.exec(item) ?? [];
      const algorithm = algorithmOf(name);
      if (algorithm !== null) take(header, algorithm, Buffer.from(value, 'base64'));
    }
  }
  return said;
}

/** The same of what is sent back, by all names under which clients look for it. */
export function digestHeaders(hash: string): Readonly<Record<string, string>> {
  const base64 = Buffer.from(hash, 'hex').toString('base64');
  return { [sha256Header]: hash, digest: `sha-256=${base64}`, 'repr-digest': `sha-256=:${base64}:` };
}

function algorithmOf(name: string): Algorithm | null {
  const lower = name.toLowerCase();
  return lower === 'sha-256' ? 'sha256' : lower === 'md5' ? 'md5' : null;
}

function textOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(',') : value;
}
