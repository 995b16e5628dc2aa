import type { Rejected } from '@millrace/events';

/** Codes of what the journal refuses, with their HTTP statuses where the ending does not say it. */
export const peopleStatuses = {
  ACCESS_LAST_ADMIN: 409,
  ACCESS_USER_NAME_RETIRED: 409,
  ACCESS_NOT_PERMITTED: 403,
  ACCESS_NOT_SIGNED_IN: 401,
  ACCESS_TOO_MANY_SIGN_INS: 429,
  COMMENT_NOT_YOURS: 403,
  SHARE_LINK_NOT_YOURS: 403,
  SHARE_LINK_EXPIRED: 404,
  // What a request names and is not there, before its handler looks.
  RESOURCE_DOES_NOT_EXIST: 404,
} as const satisfies Readonly<Record<string, number>>;

const rejected = (code: string, message: string): Rejected => ({ ok: false, code, message });

export const userNotFound = (name: string): Rejected =>
  rejected('ACCESS_USER_NOT_FOUND', `there is no user "${name}": GET /api/v1/access/users lists them`);
export const userExists = (name: string): Rejected =>
  rejected('ACCESS_USER_EXISTS', `there is a user "${name}" already: choose another name`);
export const nameRetired = (name: string): Rejected =>
  rejected(
    'ACCESS_USER_NAME_RETIRED',
    `a user "${name}" was deleted, and what they made still bears the name: choose another one`,
  );
export const lastAdmin = (name: string): Rejected =>
  rejected('ACCESS_LAST_ADMIN', `"${name}" is the last admin: make another one first`);
export const keyNotFound = (id: string): Rejected =>
  rejected('ACCESS_KEY_NOT_FOUND', `there is no key "${id}": it was revoked, or never was`);
export const commentNotFound = (id: string): Rejected =>
  rejected('COMMENT_NOT_FOUND', `there is no comment "${id}" here: it was deleted, or never was`);
export const notYourComment = (id: string, author: string): Rejected =>
  rejected('COMMENT_NOT_YOURS', `comment "${id}" is by ${author}: only its author may change it`);
export const linkNotFound = (id: string): Rejected =>
  rejected('SHARE_LINK_NOT_FOUND', `there is no share link "${id}": it was revoked, or never was`);
export const notYourLink = (id: string, author: string): Rejected =>
  rejected('SHARE_LINK_NOT_YOURS', `share link "${id}" is by ${author}: only they or an admin may revoke it`);
