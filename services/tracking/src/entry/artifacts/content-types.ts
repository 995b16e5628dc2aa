const textExtensions =
  'txt log err cfg conf cnf cf ini properties prop hocon toml yaml yml xml json js py py3 csv tsv md rst ipynb sql sh MLmodel MLproject';

/** The common ones that the UI shows, and those that programs look at. Everything else is bytes. */
const otherTypes: Readonly<Record<string, string>> = {
  avif: 'image/avif',
  bmp: 'image/bmp',
  css: 'text/css',
  geojson: 'application/geo+json',
  gif: 'image/gif',
  gz: 'application/gzip',
  htm: 'text/html',
  html: 'text/html',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  parquet: 'application/vnd.apache.parquet',
  pdf: 'application/pdf',
  png: 'image/png',
  svg: 'image/svg+xml',
  tar: 'application/x-tar',
  tif: 'image/tiff',
  tiff: 'image/tiff',
  wav: 'audio/x-wav',
  webm: 'video/webm',
  webp: 'image/webp',
  zip: 'application/zip',
};

const types = new Map([
  ...Object.entries(otherTypes),
  ...textExtensions.split(' ').map((extension) => [extension, 'text/plain'] as const),
]);

/** By the extension as MLflow guesses it: texts of any kind are plain text; a name without a dot is its own extension. */
export function contentTypeOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  const extension = dot <= 0 ? name : name.slice(dot + 1);
  return types.get(extension) ?? types.get(extension.toLowerCase()) ?? 'application/octet-stream';
}
