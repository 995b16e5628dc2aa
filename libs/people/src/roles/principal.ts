/** Who asks, once that is proven. */
export interface Principal {
  readonly name: string;
  /** `platform` is another service of ours, `local` what is asked while nobody has to sign in. */
  readonly kind: 'user' | 'oidc' | 'platform' | 'local';
}

/** Names of users of an OIDC issuer begin with it, so that none of them is taken for a user of ours. */
export const oidcPrefix = 'oidc:';
/** Stands for everybody who has signed in, in grants on one subject. */
export const everybody = '*';

const longestName = 200;

/** What a user cannot be called; null for a good name. */
export function faultOfUserName(name: string): string | null {
  if (!/^[\p{L}\p{N}._@+-]+$/u.test(name)) {
    return `"${name.slice(0, longestName)}" is no user name: letters, digits and . _ @ + - make one`;
  }
  if (name.length > longestName) return `a user name has at most ${longestName} characters, this one ${name.length}`;
  return name === 'anonymous' ? '"anonymous" stands for nobody: choose another name' : null;
}

/** Who can be given a role: users, users of the issuer and, on one subject, everybody. */
export function faultOfGrantee(name: string): string | null {
  if (name === everybody) return null;
  if (!name.startsWith(oidcPrefix)) return faultOfUserName(name);
  return name.length > oidcPrefix.length && name.length <= longestName && !/\p{Cc}/u.test(name)
    ? null
    : `"${name.slice(0, longestName)}" names no user of the issuer`;
}
