import { lookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress } from '../../flow/webhooks/public-address.ts';

/** A name stands for an address that webhooks must not reach. */
export class ForbiddenAddressError extends Error {
  readonly address: string;

  constructor(host: string, address: string) {
    super(`"${host}" is ${address}, which is no public address`);
    this.address = address;
  }
}

/**
 * Resolves names for a connection, and refuses one any address of which is not public. What is checked is what is
 * connected to: the name is not asked for again, so it cannot mean another address by then.
 */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error !== null) return callback(error, '', 0);
    const forbidden = addresses.find(({ address }) => !isPublicAddress(address));
    if (forbidden !== undefined) return callback(new ForbiddenAddressError(hostname, forbidden.address), '', 0);
    const first = addresses[0];
    if (options.all || first === undefined) return callback(null, addresses);
    callback(null, first.address, first.family);
  });
};

/** An address that is written out is never resolved, so it is checked by itself. */
export function checkLiteral(host: string): void {
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw new ForbiddenAddressError(host, host);
}
