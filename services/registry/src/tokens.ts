/** Injection token of the registry's journal: the source of every answer and the way of every change. */
export const REGISTRY_JOURNAL = Symbol('registry journal');
export const MODEL_ARTIFACTS = Symbol('model artifacts');
/** For how long archived versions cannot be deleted. */
export const ARCHIVE_RETENTION_MS = Symbol('archive retention');
export const WEBHOOK_SENDER = Symbol('webhook sender');
/** Null where the server has no key. */
export const SECRET_SEAL = Symbol('secret seal');
