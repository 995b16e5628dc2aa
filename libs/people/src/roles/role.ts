/** From the least to the most: each may do what those before it may. */
export const roles = ['viewer', 'editor', 'approver', 'admin'] as const;
export type Role = (typeof roles)[number];

/** What can be given on a subject: `none` takes away what everybody has. */
export const subjectRoles = ['none', ...roles] as const;
export type SubjectRole = (typeof subjectRoles)[number];

export function isAtLeast(role: SubjectRole, needed: Role): boolean {
  return subjectRoles.indexOf(role) >= subjectRoles.indexOf(needed);
}

export function higherOf(a: SubjectRole, b: SubjectRole): SubjectRole {
  return subjectRoles.indexOf(a) >= subjectRoles.indexOf(b) ? a : b;
}
