import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Files of an authority made for one test, and of the server certificate for 127.0.0.1 that it has signed. */
export interface ThrowAwayAuthority {
  readonly caFile: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  /** Key and certificate in one file, as a Java key store of type PEM wants them. */
  readonly keyStoreFile: string;
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];

/** Makes them with the machine's openssl in the folder. */
export function throwAwayAuthority(folder: string, name: string): ThrowAwayAuthority {
  const file = (kind: string): string => path.join(folder, `${name}.${kind}`);
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'pipe' });
  openssl('req', '-x509', ...newKey, '-subj', `/CN=${name}`, '-keyout', file('ca.key'), '-out', file('ca.pem'));
  openssl('req', ...newKey.slice(0, -2), '-subj', '/CN=127.0.0.1', '-keyout', file('key'), '-out', file('request'));
  writeFileSync(file('extensions'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
  const signed = ['x509', '-req', '-days', '2', '-in', file('request'), '-extfile', file('extensions')];
  openssl(...signed, '-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-CAcreateserial', '-out', file('pem'));
  writeFileSync(file('store'), readFileSync(file('key'), 'utf8') + readFileSync(file('pem'), 'utf8'));
  return {
    caFile: file('ca.pem'),
    certificateFile: file('pem'),
    keyFile: file('key'),
    keyStoreFile: file('store'),
  };
}
