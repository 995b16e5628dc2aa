import { parseDefinitions } from '@millrace/feature-engine';
import { expect, test } from 'vitest';
import { sentDefinitions } from './sent-definitions.ts';

const entity = { kind: 'entity', name: 'card', key: 'card', type: 'number' };

test.each([
  ['a document', entity, '', 'type'],
  ['a list', [entity], '[0]', '[0].type'],
  ['a member', { definitions: [entity] }, 'definitions[0]', 'definitions[0].type'],
])('%s is read with the paths of the form in which it was sent', (_, body, path, faultPath) => {
  const sent = sentDefinitions(body);
  expect(sent.documents).toEqual([entity]);
  expect(sent.pathOf(0)).toBe(path);
  expect(sent.with(sent.documents)).toEqual(body);
  expect(parseDefinitions(sent.with(sent.documents))).toMatchObject({ faults: [{ path: faultPath }] });
});
