import { readRequest } from '@millrace/mlflow-protocol';
import { expect, it } from 'vitest';
import * as requests from './registry-requests.ts';

const refuses = (check: () => unknown, message: string) => {
  expect(check).toThrow(
    expect.objectContaining({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining(message) as string,
    }) as Error,
  );
};

it.each([
  ['', "Missing value for required parameter 'name'."],
  ['   ', "Missing value for required parameter 'name'."],
  [7, "Invalid value 7 for parameter 'name' supplied."],
  ['a/b', "Invalid model name 'a/b'. Names cannot contain '/' or ':'."],
  ['a:b', "Invalid model name 'a:b'. Names cannot contain '/' or ':'."],
  ['..', "This name would resolve to '..'"],
  ['.', "This name would resolve to '.'"],
  ['a\nb', 'control characters'],
  ['x'.repeat(257), "'name' exceeds the maximum length of 256 characters"],
])('no model is called %j, whatever is asked of it', (name, message) => {
  refuses(() => readRequest(requests.nameOnly, { name }), message);
  refuses(() => readRequest(requests.versionOf, { name, version: '1' }), message);
  refuses(() => readRequest(requests.createModel, { name }), message);
});

it.each(['x', '1.5', '1e3', '0x1'])('the version %s is no integer', (version) => {
  refuses(
    () => readRequest(requests.versionOf, { name: 'a', version }),
    `Parameter 'version' must be an integer, got '${version}'.`,
  );
});

it('a version comes as text or as a number', () => {
  expect(readRequest(requests.versionOf, { name: 'a', version: '3' }).version).toBe(3);
  expect(readRequest(requests.versionOf, { name: 'a', version: 3 }).version).toBe(3);
});

it.each([
  ['a b', "Invalid alias name: 'a b'. Names may only contain alphanumerics, underscores (_), and dashes (-)."],
  ['x'.repeat(256), "'Registered model alias name' exceeds the maximum length of 255 characters"],
])('the alias %s is refused', (alias, message) => {
  refuses(() => requests.checkAlias(alias), message);
});

it.each([
  ['Latest', "'latest' alias name (case insensitive) is reserved."],
  ['v12', "Version alias name 'v12' is reserved."],
])('the alias %s is reserved', (alias, message) => {
  refuses(() => requests.checkAliasIsFree(alias), message);
});

it('tags have bounds, and the text of a prompt is called by its name', () => {
  refuses(() => requests.checkTags([{ key: 'x'.repeat(251), value: '' }]), "'key' exceeds the maximum length of 250");
  refuses(() => requests.checkTags([{ key: 'a;b', value: '' }]), 'Names may only contain');
  refuses(
    () => requests.checkTags([{ key: 'k', value: 'x'.repeat(100_001) }]),
    "'value' exceeds the maximum length of 100000 characters",
  );
  refuses(
    () => requests.checkVersionTags([{ key: 'mlflow.prompt.text', value: 'x'.repeat(100_001) }]),
    'Prompt text exceeds max length of 100000 characters.',
  );
});

it('only a stage that serves is cleared of others', () => {
  for (const stage of ['None', 'Archived'] as const) {
    refuses(
      () => requests.checkArchives(stage, true),
      `Model version transition cannot archive existing model versions because '${stage}' is not an Active stage. Valid stages are ['Staging', 'Production']`,
    );
    expect(() => requests.checkArchives(stage, false)).not.toThrow();
  }
  expect(() => requests.checkArchives('Production', true)).not.toThrow();
  refuses(
    () => requests.stageNamed('live'),
    'Invalid Model Version stage: live. Value must be one of None, Staging, Production, Archived.',
  );
});
