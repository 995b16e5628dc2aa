import { doesNotExist } from '@millrace/mlflow-protocol';
import { CodedError } from '@millrace/service-kit';
import type { Principal } from '../roles/principal.ts';
import type { Role, SubjectRole } from '../roles/role.ts';
import type { Named } from './route-needs.ts';

export function notSignedIn(reason: string): CodedError {
  return new CodedError('ACCESS_NOT_SIGNED_IN', `You are not authenticated: ${reason}.`);
}

export function notPermitted(
  principal: Principal,
  { role, needed, on }: { readonly role: SubjectRole; readonly needed: Role; readonly on: Named | null },
): CodedError {
  const what = on === null ? 'everything' : wordsOf(on);
  const has = role === 'none' ? 'no role' : `the role ${role}`;
  return new CodedError(
    'ACCESS_NOT_PERMITTED',
    `Permission denied: this needs the role ${needed} on ${what}, and ${principal.name} has ${has} on it. An admin of it can give the role.`,
  );
}

export function platformOnly(): CodedError {
  return new CodedError('ACCESS_NOT_PERMITTED', 'Permission denied: only services of the platform may ask this.');
}

export function unknownSubject(named: Named): Error {
  return doesNotExist(`There is no ${wordsOf(named)}`);
}

function wordsOf({ kind, id }: Named): string {
  return `${kind.replaceAll('-', ' ')} "${id.slice(0, 300)}"`;
}
