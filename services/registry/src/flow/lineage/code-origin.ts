import type { CodeOrigin } from './version-facts.ts';

/** The code by MLflow's tags; null when none of them says anything. */
export function codeOriginOf(tags: ReadonlyMap<string, string>): CodeOrigin | null {
  const tag = (name: string): string | null => tags.get(`mlflow.source.git.${name}`) || null;
  const repository = tag('repoURL');
  const dirty = tag('dirty');
  const origin: CodeOrigin = {
    repository: repository === null ? null : withoutSecrets(repository),
    commit: tag('commit'),
    branch: tag('branch'),
    dirty: dirty === null ? null : dirty.toLowerCase() === 'true',
  };
  return Object.values(origin).every((value) => value === null) ? null : origin;
}

/** Addresses of repositories may carry a token, and a version is shown to everybody. */
function withoutSecrets(repository: string): string {
  return repository.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1');
}
