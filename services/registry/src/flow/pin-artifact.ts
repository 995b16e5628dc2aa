import { createHash } from 'node:crypto';
import type { PinnedArtifact } from './registry-state.ts';

export interface IndexedFile {
  readonly path: string;
  readonly hash: string;
  readonly sizeBytes: number;
}

/**
 * What stands for a model: its ONNX file, the one at the root when there are several. A model without one is stood for
 * by the SHA-256 over `hash  path` lines of its files, sorted by path. Null when there are no files.
 */
export function pinArtifact(artifactUri: string, files: readonly IndexedFile[]): PinnedArtifact | null {
  if (files.length === 0) return null;
  const onnx = files.filter(({ path }) => path.toLowerCase().endsWith('.onnx'));
  const chosen = onnx.length === 1 ? onnx[0] : onnx.find(({ path }) => path === 'model.onnx');
  if (chosen !== undefined) {
    // A source that is a file itself is listed as that file, under an empty path.
    const uri = chosen.path === '' ? artifactUri : `${artifactUri}/${chosen.path}`;
    return { kind: 'onnx', hash: chosen.hash, uri, sizeBytes: chosen.sizeBytes };
  }
  const lines = [...files].sort((a, b) => (a.path < b.path ? -1 : 1)).map(({ hash, path }) => `${hash}  ${path}\n`);
  return {
    kind: 'files',
    hash: createHash('sha256').update(lines.join('')).digest('hex'),
    uri: artifactUri,
    sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  };
}
