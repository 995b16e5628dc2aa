import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makePayments } from '../payments/make-payments.ts';
import { PaymentFeed } from '../payments/payment-feed.ts';
import { ProofPlatform } from '../run/proof-platform.ts';
import type { ProofReport } from '../run/proof-report.ts';
import { promoteUnderLoad, registerVersions, type PromotionsSize } from './promote-under-load.ts';
import { librarySubscriber, pythonSubscriber, verifySubscribers } from './subscribers.ts';
import { verifyPredictions } from './verify-predictions.ts';

/** Promotes one version after the other under load, with two subscribers that are killed before they acknowledge. */
export async function provePromotions(report: ProofReport, size: PromotionsSize): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'proof-promotions-'));
  await using platform = await ProofPlatform.start(report, [
    'tracking',
    'registry',
    'features',
    'inference',
    'drift',
    'gateway',
  ]);
  const payments = makePayments(size.payments, size.seed);
  const topic = `${platform.env['MILLRACE_TOPIC_PREFIX']}payments`;
  const feed = await PaymentFeed.create(platform.bus, { topic, payments });
  await registerVersions(platform, { topic: feed.topic, versions: size.promotions + 1 });
  const subscribers = [librarySubscriber(platform, folder), pythonSubscriber(platform, folder)];
  try {
    // One that comes later is told the version in force only, and nothing of those before it.
    await platform.until('the subscribers to be there', 120_000, () =>
      Promise.resolve(subscribers.every(({ subscriber }) => subscriber.all.length > 0)),
    );
    const swaps = await promoteUnderLoad(platform, feed, size);
    await verifyPredictions(platform, { feed, swaps, folder, swapWithinMs: size.swapWithinMs });
    await verifySubscribers(platform, subscribers, swaps);
  } finally {
    for (const { subscriber } of subscribers) subscriber.stop();
    rmSync(folder, { recursive: true });
  }
}
