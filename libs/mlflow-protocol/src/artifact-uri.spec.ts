import { expect, it } from 'vitest';
import { checkNamesNoHost, fullyDecoded, splitArtifactUri } from './artifact-uri.ts';

it('an address is cut into its parts', () => {
  expect(splitArtifactUri('S3://bucket/a/b?x=1#f')).toEqual({
    scheme: 's3',
    authority: 'bucket',
    path: '/a/b',
    parameters: '',
    query: 'x=1',
    fragment: 'f',
  });
  expect(splitArtifactUri('runs:/r/model')).toMatchObject({ scheme: 'runs', authority: '', path: '/r/model' });
  expect(splitArtifactUri('/tmp/a;b')).toMatchObject({ scheme: '', path: '/tmp/a;b', parameters: 'b' });
  expect(splitArtifactUri('s3:/tmp/a;b')).toMatchObject({ parameters: '' });
});

it.each(['http://host/x', 'HTTPS://host', 'mlflow-artifacts://host:5000/x', 'hdfs:/x', 'ftp://host/x'])(
  '%s names a host',
  (uri) => {
    expect(() => checkNamesNoHost(uri, 'source')).toThrow("'source' cannot use the '");
  },
);

it.each(['mlflow-artifacts:/1/2', 's3://bucket/x', '/local', 'file:///x', 'my_location'])('%s names none', (uri) => {
  expect(() => checkNamesNoHost(uri, 'source')).not.toThrow();
});

it('what is encoded many times is decoded to the end, and what never ends is not', () => {
  expect(fullyDecoded('a%252e%252e%zz')).toBe('a..%zz');
  expect(fullyDecoded('%C3%A9')).toBe('é');
  expect(fullyDecoded(`%${'25'.repeat(20)}41`)).toBeUndefined();
});
