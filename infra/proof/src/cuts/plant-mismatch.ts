import type { ProofPlatform } from '../run/proof-platform.ts';
import type { ProofReport } from '../run/proof-report.ts';

const mismatches = 'millrace_features_parity_mismatched_total';

interface ParityRow {
  readonly event_id: string;
  readonly feature: string;
  readonly served: string;
  readonly recomputed: string;
}

/** Alters one number of the newest stored vector, as a fault would: the check that runs by itself must find just that. */
export async function plantMismatch(
  platform: ProofPlatform,
  { report, feature, slot }: { readonly report: ProofReport; readonly feature: string; readonly slot: number },
): Promise<void> {
  const { clickhouse } = platform;
  report.equal(await platform.metric('features', mismatches), 0, 'differences found by the running check before');
  const vectors = clickhouse.qualified('feature_vectors');
  const victim = await clickhouse.queryOne<{ event_id: string; value: number }>(
    `SELECT event_id, numbers[{slot:UInt32}] AS value FROM ${vectors} ORDER BY computed_at DESC LIMIT 1`,
    { slot: slot + 1 },
  );
  if (!victim) throw new Error('no vector is stored');
  await clickhouse.command(
    `ALTER TABLE ${vectors} UPDATE numbers = arrayMap((v, i) -> if(i = ${slot + 1}, v + 1, v), numbers, arrayEnumerate(numbers)) WHERE event_id = '${victim.event_id}' SETTINGS mutations_sync = 2`,
  );
  let rows: ParityRow[] = [];
  await platform.until('the running check to report it', 60_000, async () => {
    rows = await clickhouse.query<ParityRow>(
      `SELECT event_id, feature, served, recomputed FROM ${clickhouse.qualified('feature_parity')} WHERE cause != 'equal'`,
    );
    return rows.length > 0;
  });
  report.equal(await platform.metric('features', mismatches), 1, 'differences that its metric counts');
  const [row] = rows;
  report.check(
    row?.event_id === victim.event_id && row.feature === feature && rows.length === 1,
    'the running check found the altered vector and nothing else',
    JSON.stringify(rows.slice(0, 3)),
  );
  report.equal(Number(row?.served), victim.value + 1, `stored value of ${feature} in its report`);
  report.equal(Number(row?.recomputed), victim.value, `value of ${feature} by SQL in its report`);
}
