import { ExpectedFeatures, equalFeatures } from '../payments/expected-features.ts';
import { cardFeatureCount, serviceName, sourceName } from '../payments/payment.ts';
import { pick } from '../payments/random.ts';
import type { ChaosPlatform } from './chaos-platform.ts';

const onlineSample = 100;

/** What no two rows of a table may have in common. */
const identities = {
  predictions: 'event_id',
  feature_vectors: 'event_id',
  rekeyed_events: '(view, source_topic, generation, source_partition, source_offset)',
};

interface Stored {
  readonly rows: number;
  readonly once: number;
}

/** All that must hold once the stream is quiet again, whatever was killed. */
export async function verifyChaos(chaos: ChaosPlatform, random: () => number): Promise<void> {
  const { report, feed, ledger } = chaos;
  await chaos.predicted();
  const expected = new ExpectedFeatures(feed.payments.slice(0, feed.sent));
  report.equal(ledger.size, feed.sent, 'payments that have a prediction');
  report.equal(ledger.doubled, 0, 'payments with a second prediction under the watermark rule');
  verifyVectors(chaos, expected);
  await verifyHistory(chaos);
  await verifyOnline(chaos, expected, random);
}

function verifyVectors({ report, feed, ledger }: ChaosPlatform, expected: ExpectedFeatures): void {
  let wrongFeatures = 0;
  let wrongScores = 0;
  for (const payment of feed.payments.slice(0, feed.sent)) {
    const prediction = ledger.get(payment.payment_id);
    if (!prediction) continue;
    const { numbers, score, status } = prediction;
    if (!equalFeatures(numbers.slice(0, cardFeatureCount), expected.ofVector(payment))) wrongFeatures += 1;
    const ofModel = numbers.reduce((sum, value) => sum + value, 0) * 0.001 + 1;
    // The model adds in single precision.
    if (status !== 'ok' || Math.abs((score ?? Number.NaN) - ofModel) > 1e-5 * ofModel) wrongScores += 1;
  }
  report.equal(wrongFeatures, 0, 'predictions whose features differ from the recomputation');
  report.equal(wrongScores, 0, 'predictions whose score is not that of their features');
}

/** Without FINAL: nothing may be there twice, not even until a merge. */
async function verifyHistory({ report, platform, feed }: ChaosPlatform): Promise<void> {
  const { clickhouse } = platform;
  for (const [table, identity] of Object.entries(identities)) {
    let stored: Stored | null = null;
    const query = `SELECT count() AS rows, uniqExact(${identity}) AS once FROM ${clickhouse.qualified(table)}`;
    await platform
      .until(`${table} in ClickHouse`, 120_000, async () => {
        stored = await clickhouse.queryOne<Stored>(query);
        return (stored?.once ?? 0) >= feed.sent;
      })
      .catch((error: unknown) => report.say(String(error)));
    const { rows, once } = (stored as Stored | null) ?? { rows: -1, once: -1 };
    report.check(
      rows === feed.sent && once === feed.sent,
      `each once in ClickHouse, table ${table}`,
      `${rows} rows, ${once} ids, ${feed.sent} payments`,
    );
  }
}

async function verifyOnline(chaos: ChaosPlatform, expected: ExpectedFeatures, random: () => number): Promise<void> {
  const { platform, feed, report } = chaos;
  const sent = feed.payments.slice(0, feed.sent);
  const atMs = sent.at(-1)?.ts ?? 0;
  const rows = Array.from({ length: onlineSample }, () => ({
    card: pick(sent, random).card,
    shop: pick(sent, random).shop,
  }));
  const { vectors } = (await platform.http.post('/api/v1/online-features', {
    featureService: serviceName,
    entities: rows.map((row) => ({ ...row, amount: 1 })),
    at: atMs,
  })) as { vectors: readonly { readonly numbers: readonly (number | null)[] }[] };
  const wrong = rows.filter(
    ({ card, shop }, i) => !equalFeatures(vectors[i]?.numbers ?? [], [...expected.online(card, shop, atMs), 1]),
  );
  report.equal(wrong.length, 0, `online values of ${onlineSample} entity pairs that differ from the recomputation`);
  const checked = await platform.metric('features', 'millrace_features_parity_checked_total');
  report.check(checked > 0, 'the running parity check has looked at vectors', `${checked}`);
  const mismatched = await platform.metric('features', 'millrace_features_parity_mismatched_total');
  report.equal(mismatched, 0, `vectors of ${sourceName} that differ from SQL at their cuts`);
}
