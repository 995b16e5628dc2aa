import type { CommandMeta, Rejected } from '@millrace/events';
import type { ModelVersion } from './registry-state.ts';

/**
 * Why versions cannot be deleted now, or null. One in Production is kept where promotion has rules, which a deletion would pass
 * by; elsewhere MLflow's clients may delete it. Commands from before anything was protected do what they did.
 */
export function undeletable(
  versions: readonly ModelVersion[],
  { retentionMs, hasRules }: { readonly retentionMs: number | undefined; readonly hasRules: boolean },
  { atMs }: CommandMeta,
): Rejected | null {
  if (retentionMs === undefined) return null;
  for (const version of versions) {
    const what = `Version ${version.version} of model "${version.name}"`;
    if (hasRules && version.stage === 'Production') {
      return protectedBy(
        'REGISTRY_VERSION_IN_PRODUCTION_CONFLICT',
        `${what} is in stage Production: move it to another stage before it is deleted.`,
      );
    }
    const { archivedAtMs } = version;
    if (archivedAtMs !== null && atMs < archivedAtMs + retentionMs) {
      const until = new Date(archivedAtMs + retentionMs).toISOString();
      return protectedBy(
        'REGISTRY_VERSION_RETAINED_CONFLICT',
        `${what} was archived and is kept until ${until}: it can be deleted after that.`,
      );
    }
  }
  return null;
}

function protectedBy(code: string, message: string): Rejected {
  return { ok: false, code: 'RESOURCE_CONFLICT', message, details: { code } };
}
