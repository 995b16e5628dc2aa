import { setTimeout as sleep } from 'node:timers/promises';
import type { ProofReport } from '../run/proof-report.ts';

interface Partition {
  readonly topic: string;
  readonly partition: number;
  readonly entries: number;
  readonly behind: number;
  readonly broken: object | null;
}
interface Page {
  readonly partitions: readonly Partition[];
  readonly next: string | null;
}

const longestMs = 120_000;

/** The audit trail holds every write, and its chains of hashes agree with the logs. */
export async function verifyAudit(report: ProofReport, address: string, acknowledged: number): Promise<void> {
  const until = performance.now() + longestMs;
  let partitions = await verified(address);
  // A group whose member was killed last takes over when its session has ended.
  while (partitions.some(({ behind }) => behind > 0) && performance.now() < until) {
    await sleep(1_000);
    partitions = await verified(address);
  }
  const sum = (of: (partition: Partition) => number): number => partitions.reduce((total, one) => total + of(one), 0);
  report.equal(
    sum(({ behind }) => behind),
    0,
    'records that the audit trail lacks',
  );
  const broken = partitions.filter((partition) => partition.broken !== null);
  report.equal(broken.length, 0, 'chains of the audit trail that are broken');
  const entries = sum((partition) => partition.entries);
  report.check(
    entries >= acknowledged,
    'the audit trail has an entry of each acknowledged write',
    `${entries} entries in ${partitions.length} chains, ${acknowledged} writes`,
  );
}

async function verified(address: string): Promise<Partition[]> {
  const found = new Map<string, Partition>();
  for (let cursor: string | null = ''; cursor !== null;) {
    const query: string = cursor === '' ? '' : `?cursor=${encodeURIComponent(cursor)}`;
    const response = await fetch(`${address}/api/v1/audit/verify${query}`);
    if (!response.ok) throw new Error(`verify answers ${response.status}: ${await response.text()}`);
    const page = (await response.json()) as Page;
    for (const part of page.partitions) {
      const place = `${part.topic}/${part.partition}`;
      found.set(place, { ...part, entries: part.entries + (found.get(place)?.entries ?? 0) });
    }
    cursor = page.next;
  }
  return [...found.values()];
}
