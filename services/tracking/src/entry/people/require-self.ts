import type { Access } from '@millrace/people';
import type { IncomingHttpHeaders } from 'node:http';

/** A user of the issuer is nobody whom we keep a password or keys for. */
export async function requireSelfOrAdmin(access: Access, headers: IncomingHttpHeaders, name: string): Promise<void> {
  const principal = access.principalOf(headers);
  if (principal?.kind === 'user' && principal.name === name) return;
  await access.require(headers, 'admin', []);
}
