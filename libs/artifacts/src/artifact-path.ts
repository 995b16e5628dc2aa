const maxPathLength = 1024;

/**
 * The path of a file under an artifact root, as names are compared and listed: relative, parts joined by single
 * slashes. Null for whatever could point elsewhere or cannot be a name: `..`, `.`, empty parts, a leading slash or drive,
 * back-slashes, control characters, `#`, and whatever becomes one of these when it is decoded again, save control characters
 * other than the null byte: MLflow 2 puts per cent signs before the digits of times. It never becomes a path on a disk; the rules
 * keep clients from being led astray.
 */
export function normalizeArtifactPath(path: string): string | null {
  const trimmed = path.endsWith('/') ? path.slice(0, -1) : path;
  if (trimmed.length === 0 || trimmed.length > maxPathLength) return null;
  if (/\p{Cc}/u.test(trimmed)) return null;
  for (let text = trimmed; ;) {
    if (!isPlain(text)) return null;
    const decoded = decodedOnce(text);
    if (decoded === text) return trimmed;
    text = decoded;
  }
}

function isPlain(path: string): boolean {
  if (/[\0\\#]/.test(path) || /^[A-Za-z]:/.test(path)) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/** A per cent sign that encodes nothing stands for itself. */
function decodedOnce(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path.replace(/(?:%[0-7][0-9a-f])+/gi, (encoded) => decodeURIComponent(encoded));
  }
}

export interface ListedArtifact {
  /** Path relative to the artifact root. */
  readonly path: string;
  readonly isDirectory: boolean;
  readonly sizeBytes: number;
}

/** Direct children of a folder, folders included, by name. `folder` is empty for the root. */
export function listFolder(
  files: Iterable<{ readonly path: string; readonly sizeBytes: number }>,
  folder: string,
): ListedArtifact[] {
  const prefix = folder === '' ? '' : `${folder}/`;
  const children = new Map<string, ListedArtifact>();
  for (const { path, sizeBytes } of files) {
    if (!path.startsWith(prefix)) continue;
    const slash = path.indexOf('/', prefix.length);
    const child = slash === -1 ? path : path.slice(0, slash);
    if (slash !== -1) children.set(child, { path: child, isDirectory: true, sizeBytes: 0 });
    else if (!children.has(child)) children.set(child, { path: child, isDirectory: false, sizeBytes });
  }
  return [...children.values()].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}
