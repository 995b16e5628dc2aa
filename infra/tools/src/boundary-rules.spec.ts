import { expect, test } from 'vitest';
import { boundaryFaults, importsOf } from './boundary-rules.ts';
import type { Kind, WorkspacePackage } from './boundary-rules.ts';

const named = (name: string, kind: Kind, ...dependencies: string[]): WorkspacePackage => ({
  name: `@millrace/${name}`,
  folder: `libs/${name}`,
  kind,
  dependencies: new Set(dependencies),
  devDependencies: new Set(),
});
const stats = named('stats', 'pure', '@millrace/events');
const events = named('events', 'adapter', 'kafkajs', '@millrace/service-features');
const client = named('client', 'kit', '@millrace/events', '@millrace/testing', 'kafkajs');
const features = named(
  'service-features',
  'service',
  '@millrace/events',
  '@millrace/service-drift',
  '@millrace/testing',
);
const drift = named('service-drift', 'service');
const testing = named('testing', 'testing');
const packages = new Map([stats, events, client, features, drift, testing].map((one) => [one.name, one]));
const workspace = { packages, rootDependencies: new Set(['vitest']) };
const faults = (from: WorkspacePackage, text: string, file = 'src/a.ts'): string[] =>
  boundaryFaults(from, { path: `${from.folder}/${file}`, text }, workspace);

test.each([
  ['a service imports a library', features, `import { EventBus } from '@millrace/events';`],
  ['an adapter imports its own client', events, `import kafkajs from 'kafkajs';`],
  ['a kit imports an adapter', client, `import {\n  EventBus,\n} from '@millrace/events';`],
  ['a pure package hashes', stats, `import { createHash } from 'node:crypto';`],
  ['a file imports its neighbour', stats, `import './b.ts';`],
])('%s: fine', (_, from, text) => {
  expect(faults(from, text)).toEqual([]);
});

test.each([
  ['a service imports a service', features, `import '@millrace/service-drift';`, 'may not import kind:service'],
  [
    'an adapter imports a service',
    events,
    `export * from '@millrace/service-features';`,
    'may not import kind:service',
  ],
  [
    'a pure package imports an adapter',
    stats,
    `import type { A } from '@millrace/events';`,
    'may not import kind:adapter',
  ],
  ['a second lib imports kafkajs', client, `import type { Kafka } from 'kafkajs';`, 'only @millrace/events'],
  ['a deep path of a client', client, `export { x } from 'kafkajs/src/x';`, 'only @millrace/events'],
  ['an undeclared package', drift, `import x from 'left-pad';`, 'does not declare'],
  ['a path into another package', stats, `import x from '../../events/src/index.ts';`, 'out of its own package'],
  ['code that tests import', features, `import { a } from '@millrace/testing';`, 'may not import kind:testing'],
  ['a pure package reads the clock', stats, `const now = Date.now();`, 'reads the clock'],
  ['a pure package reads files', stats, `import fs from 'node:fs';`, 'does no I/O'],
  ['a pure package draws a random number', stats, `return Math.random() < 0.5;`, 'draws randomness'],
  ['a pure package carries a decorator', stats, `@Injectable()\nclass A {}`, 'carries a decorator'],
])('%s: a fault', (_, from, text, fault) => {
  expect(faults(from, text).join('\n')).toContain(fault);
});

test('tests may start servers and read the clock', () => {
  expect(faults(features, `import { testNamespace } from '@millrace/testing';`, 'src/a.medium.spec.ts')).toEqual([]);
  expect(faults(stats, `const now = Date.now();`, 'src/a.spec.ts')).toEqual([]);
});

test('imports are found in every form, and not in comments', () => {
  const keyword = 'import'; // not written out: this file is checked too
  const text = `import a from 'a';\nimport type { B } from "b";\nexport { c } from 'c';\nimport 'd';\n// import 'no';\n/* import 'no' */\nconst e = await ${keyword}('e');`;
  expect(importsOf(text).sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
});
