import type { ArtifactsPlace } from './open-artifacts.ts';

/** `s3://bucket/prefix` with its endpoint and keys, or the folder. Throws a text for whoever wrote the setting. */
export function artifactsPlace(settings: {
  readonly url: string;
  readonly directory: string;
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}): ArtifactsPlace {
  const { url, directory, endpoint, region, accessKeyId, secretAccessKey } = settings;
  if (url === '') return { kind: 'disk', directory };
  const [, bucket, path = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(url) ?? [];
  if (bucket === undefined)
    throw new Error(`"${url}" is no address of a bucket: write s3://bucket or s3://bucket/prefix`);
  if ((accessKeyId === '') !== (secretAccessKey === ''))
    throw new Error('an access key and its secret belong together: give both or neither');
  const prefix = path.replace(/\/+$/, '');
  return {
    kind: 's3',
    bucket,
    prefix: prefix === '' ? '' : `${prefix}/`,
    region,
    ...(endpoint !== '' && { endpoint }),
    ...(accessKeyId !== '' && { credentials: { accessKeyId, secretAccessKey } }),
  };
}
