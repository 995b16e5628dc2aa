import type { ModelVersion } from '../flow/registry-state.ts';

/** A record that is larger than a message stops the publisher: what clients may make long is cut. */
const longestId = 300;
const longestAddress = 4000;
const mostNames = 200;

/** What every event of a version says of its file. Longer than any id is none; of an address its beginning is left. */
export function fileFields(version: ModelVersion) {
  return {
    runId: idOrNull(version.runId),
    // Empty when the files lie outside of the platform and were never seen.
    artifactHash: version.artifact?.hash ?? '',
    artifactUri: (version.artifact?.uri ?? version.storageLocation).slice(0, longestAddress),
  };
}

/** A version in an event, as JSON. Its tags, description and card stay out. */
export function versionSnapshot(version: ModelVersion): string {
  const { artifact } = version;
  return JSON.stringify({
    model: version.name,
    version: String(version.version),
    stage: version.stage,
    source: version.source.slice(0, longestAddress),
    runId: idOrNull(version.runId),
    modelId: idOrNull(version.modelId),
    artifact: artifact && { ...artifact, uri: artifact.uri.slice(0, longestAddress) },
    createdBy: version.createdBy,
    createdAtMs: version.createdAtMs,
    semanticVersion: version.semanticVersion,
    approvals: [...version.approvals.keys()].slice(0, mostNames),
    checks: Object.fromEntries([...version.checks].slice(0, mostNames).map(([check, { passed }]) => [check, passed])),
    cardRevisions: version.cards.length,
  });
}

function idOrNull(id: string | null): string | null {
  return id !== null && id.length <= longestId ? id : null;
}
