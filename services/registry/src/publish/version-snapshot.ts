import type { ModelVersion } from '../flow/registry-state.ts';

const longestSource = 2000;

/** A version in an event, as JSON. Its tags, description and card stay out: they may be larger than a message. */
export function versionSnapshot(version: ModelVersion): string {
  return JSON.stringify({
    model: version.name,
    version: String(version.version),
    stage: version.stage,
    source: version.source.slice(0, longestSource),
    runId: version.runId,
    modelId: version.modelId,
    artifact: version.artifact,
    createdBy: version.createdBy,
    createdAtMs: version.createdAtMs,
    semanticVersion: version.semanticVersion,
    approvals: [...version.approvals.keys()],
    checks: Object.fromEntries([...version.checks].map(([check, { passed }]) => [check, passed])),
    cardRevisions: version.cards.length,
  });
}
