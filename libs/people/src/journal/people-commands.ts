import type { Role, SubjectRole } from '../roles/role.ts';
import type { ShareLink } from './people-state.ts';

interface CreateUser {
  readonly type: 'create-user';
  readonly name: string;
  readonly passwordHash: string | null;
  readonly role: Role | null;
}
/** At the start of a service: makes the first admin, and nothing when there is one. */
interface EnsureAdmin {
  readonly type: 'ensure-admin';
  readonly name: string;
  readonly passwordHash: string;
}
interface SetPassword {
  readonly type: 'set-password';
  readonly name: string;
  readonly passwordHash: string;
}
interface DeleteUser {
  readonly type: 'delete-user';
  readonly name: string;
}
interface CreateKey {
  readonly type: 'create-key';
  readonly id: string;
  readonly user: string;
  readonly hash: string;
  readonly description: string;
  readonly expiresAtMs: number | null;
}
interface RevokeKey {
  readonly type: 'revoke-key';
  readonly id: string;
}
interface SetGlobalRole {
  readonly type: 'set-global-role';
  readonly name: string;
  /** Null takes it away. */
  readonly role: Role | null;
}
interface SetGrant {
  readonly type: 'set-grant';
  /** `experiment:7`, `model:fraud`. */
  readonly subject: string;
  readonly name: string;
  readonly role: SubjectRole | null;
}
/** A model has another name: what was given and said on it goes along. */
interface MoveModel {
  readonly type: 'move-model';
  readonly from: string;
  readonly to: string;
}
interface AddComment {
  readonly type: 'add-comment';
  /** `run:<id>`, `version:<model>/<version>`. */
  readonly on: string;
  readonly text: string;
}
interface EditComment {
  readonly type: 'edit-comment';
  readonly on: string;
  readonly id: string;
  readonly text: string;
}
interface DeleteComment {
  readonly type: 'delete-comment';
  readonly on: string;
  readonly id: string;
  /** An admin of the subject asks, who need not be the author. */
  readonly asAdmin: boolean;
}
interface CreateLink extends Omit<ShareLink, 'createdBy' | 'createdAtMs'> {
  readonly type: 'create-link';
}
interface RevokeLink {
  readonly type: 'revoke-link';
  readonly id: string;
  readonly asAdmin: boolean;
}

export type UserCommand = CreateUser | EnsureAdmin | SetPassword | DeleteUser | CreateKey | RevokeKey;
export type GrantCommand = SetGlobalRole | SetGrant | MoveModel;
export type CommentCommand = AddComment | EditComment | DeleteComment;
export type LinkCommand = CreateLink | RevokeLink;
export type PeopleCommand = UserCommand | GrantCommand | CommentCommand | LinkCommand;
