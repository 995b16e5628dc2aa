import type { Role, SubjectRole } from '../roles/role.ts';

export interface User {
  readonly name: string;
  /** Null: signs in with keys only. */
  readonly passwordHash: string | null;
  readonly createdAtMs: number;
  readonly createdBy: string;
}

export interface ApiKey {
  readonly id: string;
  readonly user: string;
  /** SHA-256 of the key: the key itself is shown once and kept nowhere. */
  readonly hash: string;
  readonly description: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number | null;
}

export interface Grant {
  readonly user: string;
  readonly role: SubjectRole;
  readonly grantedBy: string;
  readonly grantedAtMs: number;
}

export interface Comment {
  readonly id: string;
  readonly author: string;
  readonly text: string;
  readonly createdAtMs: number;
  readonly editedAtMs: number | null;
}

export interface ShareLink {
  readonly id: string;
  /** What is compared, as the comparison takes it. */
  readonly runIds: readonly string[];
  readonly comparison: Readonly<Record<string, unknown>>;
  readonly isPublic: boolean;
  readonly createdBy: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number | null;
}

/** What the journal says of people: changed in place by the commands, read by everybody. */
export interface PeopleState {
  readonly users: Map<string, User>;
  /** Names of users that were deleted: given again, a name would inherit what its first bearer made. */
  readonly retiredNames: Set<string>;
  readonly keys: Map<string, ApiKey>;
  readonly keyByHash: Map<string, ApiKey>;
  /** Roles on everything, by name. */
  readonly globalRoles: Map<string, Role>;
  /** Grants on one subject by its key and by name. */
  readonly grants: Map<string, Map<string, Grant>>;
  /** By what is commented on, oldest first. */
  readonly comments: Map<string, Map<string, Comment>>;
  readonly links: Map<string, ShareLink>;
}

export function nobodyYet(): PeopleState {
  return {
    users: new Map(),
    retiredNames: new Set(),
    keys: new Map(),
    keyByHash: new Map(),
    globalRoles: new Map(),
    grants: new Map(),
    comments: new Map(),
    links: new Map(),
  };
}

export function hasAdmin(state: PeopleState): boolean {
  return [...state.globalRoles.values()].includes('admin');
}
