import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { encodeFence, Journal, journalTopic, LogReader } from '@millrace/events';
import type { EventBus, SourceRecord } from '@millrace/events';
import { testNamespace } from '@millrace/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isolatedClickHouse } from '../clickhouse-under-test.ts';
import { migrate } from '../migrations/migrate.ts';
import { ownMigrations } from '../migrations/own-migrations.ts';
import { hashOfEntry } from './audit-entry.ts';
import { AuditLog } from './audit-log.ts';
import { auditEntriesTable, entryOfRow } from './audit-table.ts';
import type { AuditRow } from './audit-table.ts';
import { auditedLog, connectBus, startAuditor, wordsDomain } from './audit-test-bed.ts';
import { VerifyAudit } from './verify-audit.ts';
import type { VerifiedPartition, VerifyCursor } from './verify-audit.ts';

const { clickhouse, drop } = isolatedClickHouse();
const { env } = testNamespace();
const { topic, group } = auditedLog;
let bus: EventBus;
let name: string;
let journal: Journal<Map<string, string>, Parameters<typeof wordsDomain.apply>[1]>;
let auditor: Awaited<ReturnType<typeof startAuditor>>;
let given = 0;

async function put(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    // Every fifth name is taken.
    const word = { type: 'put-word', name: `n${given % 5 === 4 ? given - 1 : given}`, word: `w${given}` } as const;
    await journal.submit(word, { actor: given % 2 ? 'bob' : 'ada', requestId: `request-${given}` });
    given += 1;
  }
}
async function verify(limit = 1_000): Promise<VerifiedPartition> {
  const pages: VerifiedPartition[] = [];
  let cursor: VerifyCursor | null = null;
  do {
    const page = await new VerifyAudit(bus, clickhouse, [auditedLog]).run(cursor, limit);
    pages.push(...page.partitions);
    cursor = page.next;
  } while (cursor !== null);
  const last = pages.at(-1);
  if (last === undefined) throw new Error('nothing was verified');
  return { ...last, entries: pages.reduce((sum, { entries }) => sum + entries, 0) };
}
async function rowAt(offset: number): Promise<AuditRow> {
  const row = await clickhouse.queryOne<AuditRow>(
    `SELECT ${auditEntriesTable.columnList} FROM audit_entries WHERE source_offset = {offset:UInt64}`,
    { offset },
  );
  if (row === null) throw new Error(`there is no entry at offset ${offset}`);
  return row;
}
const change = (sql: string) => clickhouse.command(sql, {}, { mutations_sync: '2', lightweight_deletes_sync: '2' });

async function runUntilKilled(death: string): Promise<unknown> {
  const program = path.join(import.meta.dirname, 'audit-test-child.ts');
  const child = spawn(process.execPath, ['--conditions=source', program], {
    env: { ...process.env, ...env, MILLRACE_CLICKHOUSE_DATABASE: clickhouse.database, DEATH: death },
    stdio: 'inherit',
  });
  const [, signal] = await once(child, 'exit');
  return signal;
}

beforeAll(async () => {
  await migrate(clickhouse, ownMigrations, { info: () => undefined });
  bus = await connectBus(env);
  name = bus.topics.name(topic);
  journal = await Journal.open(bus, { topic, domain: wordsDomain });
  await journal.whenReady();
});
afterAll(async () => {
  await auditor?.stop();
  await journal.close();
  await bus.topics.delete([name]);
  await bus.close();
  await drop();
});

describe('the audit trail on real servers', () => {
  it('is one chain whoever was killed while it was written, and holds each command once', async () => {
    await put(60);
    expect(await runUntilKilled('after-insert:2')).toBe('SIGKILL');
    auditor = await startAuditor(bus, clickhouse);
    await put(40);
    expect(await auditor.caughtUp()).toEqual({ reached: true });
    expect(await verify()).toMatchObject({ entries: 100, chainOnly: 0, end: 100, behind: 0, broken: null });
    expect(await verify(7)).toMatchObject({ entries: 100, broken: null });
    const counted = await clickhouse.query('SELECT outcome, count() AS n FROM audit_log GROUP BY outcome ORDER BY n');
    expect(counted).toEqual([
      { outcome: 'refused', n: 20 },
      { outcome: 'accepted', n: 80 },
    ]);
  });

  it('can be checked by anybody in SQL', async () => {
    const fields = (
      'previous_hash source_topic toString(generation) toString(source_partition) toString(source_offset) toString(item) ' +
      'value_hash toString(recorded_ms) actor request_id command subject_kind subject_id outcome refusal request before after'
    )
      .split(' ')
      .map((field) => `toString(length(${field})), ':', ${field}, ','`);
    const [found] = await clickhouse.query<{ n: number; same: number }>(
      `SELECT count() AS n, countIf(hash = lower(hex(SHA256(concat(${fields.join(', ')}))))) AS same FROM audit_entries`,
    );
    expect(found).toEqual({ n: 100, same: 100 });
  });

  it('is searched page by page, the newest first, and tells states of the past', async () => {
    const log = new AuditLog(clickhouse);
    const offsets: number[] = [];
    let after = null;
    do {
      const page: Awaited<ReturnType<AuditLog['search']>> = await log.search({ actor: 'ada' }, { limit: 9, after });
      offsets.push(...page.entries.map(({ offset }) => offset));
      after = page.last;
    } while (after !== null);
    expect(offsets).toEqual(Array.from({ length: 50 }, (_, n) => 98 - 2 * n));
    const refused = await log.search({ outcome: 'refused', requestId: 'request-4' }, { limit: 9, after: null });
    expect(refused.entries).toEqual([
      expect.objectContaining({
        subjectId: 'n3',
        before: '"w3"',
        after: '"w3"',
        refusal: expect.stringContaining('WORD_EXISTS'),
      }),
    ]);
    const subject = { kind: 'word', id: 'n3' };
    expect(await log.lastChange(subject, { offset: 2 })).toBeNull();
    expect(await log.lastChange(subject, { offset: 50 })).toMatchObject({ value: 'w3', offset: 3 });
    expect(await log.firstSeen(subject)).toBe((await log.lastChange(subject, { offset: 50 }))?.atMs);
  });

  it('shows an entry that was changed, deleted or put in, at its place', async () => {
    const row = await rowAt(41);
    await change("ALTER TABLE audit_entries UPDATE actor = 'eve' WHERE source_offset = 41");
    expect((await verify()).broken).toMatchObject({ kind: 'entry-changed', offset: 41, expected: row.hash });
    await change(`ALTER TABLE audit_entries UPDATE actor = '${row.actor}' WHERE source_offset = 41`);
    expect((await verify()).broken).toBeNull();

    await change('DELETE FROM audit_entries WHERE source_offset = 60');
    const [gone, kept] = [(await verify()).broken, await rowAt(61)];
    expect(gone).toMatchObject({ kind: 'entry-missing', offset: 60 });
    const before = entryOfRow(row);
    // A forger who knows how entries are hashed puts one in its place: the next one does not follow it.
    const forged = { ...row, source_offset: 60, previous_hash: (await rowAt(59)).hash, value_hash: 'aa' };
    forged.hash = hashOfEntry({ ...before, offset: 60, valueHash: 'aa' }, forged.previous_hash);
    await clickhouse.insert('audit_entries', [forged]);
    expect((await verify()).broken).toMatchObject({ kind: 'record-changed', offset: 60, expected: 'aa' });
    expect(kept.previous_hash).not.toBe(forged.hash);
    await change('DELETE FROM audit_entries WHERE source_offset = 60');
  });

  it('goes on with records that have left the log, and shows one that is another now', async () => {
    await auditor.stop();
    await journal.close();
    const fences = await bus.topics.committedFences(group, name);
    const fence = fences[0];
    if (!fence) throw new Error('the group has committed no fence');
    const records: SourceRecord[] = [];
    const log = new LogReader(bus, { topic: name, partition: 0, startAt: 0 });
    while (records.length < 100) records.push(...(await log.poll()).records);
    await log.close();
    // Entry 60 was deleted above: all are made anew as they were, but one record is not.
    await bus.topics.delete([name]);
    await expect.poll(() => bus.topics.list(), { timeout: 120_000 }).not.toContain(name);
    await bus.topics.ensure([journalTopic(topic)]);
    for (const { key, value, offset } of records) {
      const forged = offset === 30 ? Buffer.from('forged') : value;
      await bus.producer().send([{ topic: name, partition: 0, key, value: forged }]);
    }
    await commit(fence.nextOffset, encodeFence(fence));
    expect((await verify()).broken).toMatchObject({ kind: 'record-changed', offset: 30 });
    const admin = bus.kafka.admin();
    await admin.connect();
    // The client asks for the leader only of topics that it knows.
    await admin.fetchTopicOffsets(name);
    await admin.deleteTopicRecords({ topic: name, partitions: [{ partition: 0, offset: '62' }] });
    await admin.disconnect();
    // Without its record the deleted entry is missed by the one that follows it.
    expect(await verify()).toMatchObject({ chainOnly: 60, broken: { kind: 'chain-broken', offset: 61 } });
  });
});

/** Deleting a topic deletes what its groups committed. */
async function commit(nextOffset: number, metadata: string): Promise<void> {
  const consumer = bus.kafka.consumer({ groupId: bus.topics.name(group) });
  await consumer.connect();
  await consumer.subscribe({ topic: name });
  const joined = new Promise<void>((resolve) => consumer.on('consumer.group_join', () => resolve()));
  await consumer.run({ autoCommit: false, eachMessage: () => Promise.resolve() });
  await joined;
  await consumer.commitOffsets([{ topic: name, partition: 0, offset: String(nextOffset), metadata }]);
  await consumer.disconnect();
}
