import {
  checkNamesNoHost,
  doesNotExist,
  fullyDecoded,
  invalidParameter,
  normalPath,
  splitArtifactUri,
} from '@millrace/mlflow-protocol';
import { isPrompt } from './prompts.ts';
import { latestVersions, type ModelVersion, type RegistryState } from './registry-state.ts';
import { findVersion, modelNotFound } from './rejections.ts';

/** Whose files a source names: of the tracking service, of a disk that a client sees, of a version here, or anybody's. */
export type SourceKind = 'tracked' | 'local' | 'version' | 'elsewhere';

const promptPlaceholders: readonly string[] = ['dummy-source', 'prompt-template'];

/** A prompt has no files: clients send one of two words where a version must have a source. */
export function checkPromptSource(source: string): void {
  if (promptPlaceholders.includes(source)) return;
  throw invalidParameter(`Invalid prompt source: '${source}'. Prompt sources must use an MLflow placeholder.`);
}

/** Refuses what leads out of where it seems to lie, however it is written, and what names a host. */
export function checkSource(source: string): SourceKind {
  // Half of a surrogate pair: nothing can be asked for by such a name.
  if (!source.isWellFormed()) throw invalidSource(source, 'It is not well-formed Unicode.');
  checkNamesNoHost(source, 'source');
  const { scheme, authority, path } = splitArtifactUri(source);
  if (scheme === '' || scheme === 'file') return 'local';
  if (scheme === 'models' && authority !== '')
    throw invalidSource(source, 'Registered model sources must use the active model registry.');
  if (scheme === 'models' && isVersionPath(path)) return 'version';
  checkPlainPath(source);
  if (scheme === 'runs' && authority !== '') throw notWithin(source, 'run_id');
  return scheme === 'runs' || scheme === 'models' || scheme === 'mlflow-artifacts' ? 'tracked' : 'elsewhere';
}

function checkPlainPath(source: string): void {
  const decoded = fullyDecoded(source);
  const path = decoded && splitArtifactUri(decoded).path.replace(/\/+$/, '').replaceAll(/\/+/g, '/');
  const isPlain =
    path !== undefined && path.startsWith('/') && !path.includes('\0') && !decoded?.split('/').includes('..');
  if (isPlain && normalPath(path) === path) return;
  throw invalidSource(
    source,
    'If supplying a source as an http, https, local file path, ftp, objectstore, or mlflow-artifacts uri, an absolute path must be provided without relative path references present. Please provide an absolute path.',
  );
}

/** A path of a disk is taken only below the files of the run or model that is named, which lie on such a disk then. */
export function checkLocalSource(
  source: string,
  { artifactUri, idName }: { artifactUri: string | undefined; idName: 'run_id' | 'model_id' },
): void {
  const [root, path] = [localPath(artifactUri), localPath(source)];
  if (root !== undefined && path !== undefined && (path === root || path.startsWith(`${root}/`))) return;
  throw invalidSource(
    source,
    `To use a local path as a model version source, the ${idName} request parameter has to be specified and the local path has to be contained within the artifact directory of the run specified by the ${idName}.`,
  );
}

function localPath(uri: string | undefined): string | undefined {
  if (uri === undefined) return undefined;
  const { scheme, authority, path } = splitArtifactUri(uri);
  if (scheme !== '' && scheme !== 'file') return undefined;
  if (!/^(|\.|localhost.*|127\.0\.0\.1.*)$/i.test(authority)) return undefined;
  const file = scheme === 'file' ? fullyDecoded(path) : uri;
  return file === undefined || file.includes('\0') ? undefined : normalPath(file);
}

export function notWithin(source: string, idName: 'run_id' | 'model_id'): Error {
  return invalidSource(source, `The ${idName} request parameter must identify the resource that contains the source.`);
}

export function invalidSource(source: string, reason: string): Error {
  return invalidParameter(`Invalid model version source: '${source}'. ${reason}`);
}

function isVersionPath(path: string): boolean {
  return path.replace(/^\/+/, '').includes('/') || path.includes('@');
}

/** `models:/name/3`, `models:/name/Production`, `models:/name/latest` and `models:/name@champion`. */
export function versionNamedBy(state: RegistryState, source: string): ModelVersion {
  const [, name = '', suffix, alias] = /^\/+([^/]+?)(?:\/([^/]+)|@([^@/]+))$/.exec(splitArtifactUri(source).path) ?? [];
  if (name === '') throw notWithin(source, 'model_id');
  const model = state.models.get(decodedName(name, source));
  if (model === undefined) throw doesNotExist(modelNotFound(name).message);
  if (isPrompt(model.tags)) throw invalidSource(source, 'Prompt versions cannot be used as model version sources.');
  if (alias !== undefined) {
    const version = model.versions.get(model.aliases.get(alias) ?? 0);
    if (version === undefined) throw invalidParameter(`Registered model alias ${alias} not found.`);
    return version;
  }
  if (suffix !== undefined && /^\d+$/.test(suffix)) {
    const found = findVersion(state, model.name, Number(suffix));
    if (!found.ok) throw doesNotExist(found.message);
    return found.version;
  }
  const wanted = suffix?.toLowerCase();
  const version = latestVersions(model)
    .filter(({ stage }) => wanted === 'latest' || stage.toLowerCase() === wanted)
    .reduce<ModelVersion | undefined>((last, one) => (last && last.version > one.version ? last : one), undefined);
  if (version === undefined) {
    throw doesNotExist(`No versions of model with name '${name}' and stage '${suffix ?? ''}' found`);
  }
  return version;
}

/** A name is written as a part of an address; a lone `%` is none. */
function decodedName(name: string, source: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    throw invalidSource(source, `'${name}' is not percent-encoded.`);
  }
}
