import { expect, it } from 'vitest';
import { aVersion } from '../flow/registry-under-test.ts';
import { modelPromoted } from './model-promoted.ts';
import { versionRegistered } from './version-registered.ts';

it('an event fits into a message whatever a client has sent', () => {
  const long = '\u{1F600}'.repeat(1_000_000);
  const check = { passed: true, details: long, reportedBy: 'ada', atMs: 1 };
  const version = aVersion({
    source: long,
    storageLocation: long,
    runId: long,
    modelId: long,
    description: long,
    tags: new Map([['k', long]]),
    cards: [{ markdown: long, writtenBy: 'ada', atMs: 1 }],
    artifact: { kind: 'files', hash: 'ab'.repeat(32), uri: long, sizeBytes: 1 },
    approvals: new Map(Array.from({ length: 5000 }, (_, n) => [`${n}`.padEnd(200, 'x'), { comment: long, atMs: 1 }])),
    checks: new Map(Array.from({ length: 5000 }, (_, n) => [`${n}`.padEnd(255, 'x'), check])),
  });
  const meta = { offset: 1, atMs: 1, actor: 'ada', requestId: 'r', commandId: 'c' };
  for (const event of [
    versionRegistered(version, meta),
    modelPromoted({ version, previous: version, target: 'alias:champion', meta }),
  ]) {
    expect(Buffer.byteLength(JSON.stringify(event.value))).toBeLessThan(1_000_000);
    expect(event.value).toMatchObject({ runId: null });
  }
});
