import { expect, it } from 'vitest';
import { artifactsPlace } from './artifacts-place.ts';

const nothing = { url: '', directory: '', endpoint: '', region: 'us-east-1', accessKeyId: '', secretAccessKey: '' };

it('is the folder where no address is given', () => {
  expect(artifactsPlace({ ...nothing, directory: 'here' })).toEqual({ kind: 'disk', directory: 'here' });
});

it.each([
  ['s3://bucket', ''],
  ['s3://bucket/', ''],
  ['s3://bucket/a/b/', 'a/b/'],
])('%s is a bucket with the prefix "%s"', (url, prefix) => {
  expect(artifactsPlace({ ...nothing, url })).toEqual({ kind: 's3', bucket: 'bucket', prefix, region: 'us-east-1' });
});

it('keeps endpoint and keys', () => {
  const given = { endpoint: 'http://s3:9000', accessKeyId: 'a', secretAccessKey: 'b' };
  expect(artifactsPlace({ ...nothing, url: 's3://bucket', ...given })).toMatchObject({
    endpoint: 'http://s3:9000',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
});

it('refuses what it cannot read, and half a pair of keys', () => {
  expect(() => artifactsPlace({ ...nothing, url: 'http://bucket' })).toThrow('s3://bucket');
  expect(() => artifactsPlace({ ...nothing, url: 's3://bucket', accessKeyId: 'a' })).toThrow('both or neither');
});
