import type { PeopleState } from '../journal/people-state.ts';
import { everybody, type Principal } from './principal.ts';
import { higherOf, type SubjectRole } from './role.ts';
import { subjectKey, type Subject } from './subject.ts';

/**
 * What somebody is on a subject; without one, on everything. Who made it is its admin, and a role on everything counts on each
 * subject. Else what was given to them on the subject counts, else what was given on it to everybody, else the default.
 */
export function roleOf(
  state: Pick<PeopleState, 'globalRoles' | 'grants'>,
  { principal, subject, defaultRole }: RoleQuestion,
): SubjectRole {
  if (principal.kind === 'platform' || principal.kind === 'local') return 'admin';
  const everywhere = state.globalRoles.get(principal.name) ?? 'none';
  if (subject === null) return higherOf(everywhere, defaultRole);
  if (subject.createdBy === principal.name) return 'admin';
  const grants = state.grants.get(subjectKey(subject));
  const given = [principal.name, everybody]
    .map((name) => grants?.get(name))
    .find((grant) => grant !== undefined && grant.grantedAtMs >= subject.createdAtMs);
  return higherOf(everywhere, given?.role ?? defaultRole);
}

export interface RoleQuestion {
  readonly principal: Principal;
  readonly subject: Subject | null;
  readonly defaultRole: SubjectRole;
}
