import { createHash, randomBytes } from 'node:crypto';

const prefix = 'mlr_';

/** 256 random bits: what it is stored as needs no salt and no slow hash. */
export function newApiKey(): string {
  return prefix + randomBytes(32).toString('base64url');
}

export function isApiKey(token: string): boolean {
  return token.startsWith(prefix);
}

export function hashOfSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
