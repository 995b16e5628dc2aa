import { setTimeout as sleep } from 'node:timers/promises';
import { featureCount, paymentDefinitions, serviceName } from '../payments/payment.ts';
import type { PaymentFeed } from '../payments/payment-feed.ts';
import type { ProofPlatform } from '../run/proof-platform.ts';

export interface PromotionsSize {
  readonly seed: number;
  /** Promotions after the one that the stream starts with. */
  readonly promotions: number;
  /** Payments that there are: the load ends when they are all sent. */
  readonly payments: number;
  readonly ratePerSecond: number;
  /** How soon a promoted version must be the one that scores; null where the machine's load would decide. */
  readonly swapWithinMs: number | null;
}

/** A promotion that was asked for, and when it had been granted. */
export interface Swap {
  readonly version: string;
  readonly askedAtMs: number;
}

export const model = 'swift';
const endpoint = 'promotions';
const alias = 'champion';
const pauseMs = 500;

export async function registerVersions(
  platform: ProofPlatform,
  { topic, versions }: { topic: string; versions: number },
): Promise<void> {
  await platform.http.post('/api/v1/definitions', paymentDefinitions(topic));
  await platform.http.post('/api/v1/endpoints', {
    name: endpoint,
    featureService: serviceName,
    model: { name: model, target: `alias:${alias}` },
    startFrom: 'beginning',
  });
  platform.report.say(`registering ${versions} versions with the mlflow client`);
  await platform.python('register_models.py', { name: model, features: featureCount, versions, promote: null });
  await promote(platform, '1');
  await inCharge(platform, '1');
}

/** Promotes version after version while payments flow; each waits until the one before is in charge. */
export async function promoteUnderLoad(
  platform: ProofPlatform,
  feed: PaymentFeed,
  { promotions, ratePerSecond }: PromotionsSize,
): Promise<Swap[]> {
  const swaps: Swap[] = [{ version: '1', askedAtMs: Date.now() }];
  let feeding = true;
  const fed = (async () => {
    while (feeding) await feed.send(ratePerSecond / 5, ratePerSecond);
  })();
  try {
    for (let version = 2; version <= promotions + 1; version += 1) {
      await sleep(pauseMs);
      const askedAtMs = Date.now();
      await promote(platform, String(version));
      swaps.push({ version: String(version), askedAtMs });
      await inCharge(platform, String(version));
    }
    await sleep(pauseMs);
  } finally {
    feeding = false;
    await fed;
  }
  platform.report.check(
    feed.sent < feed.payments.length,
    'payments flowed until after the last promotion',
    `${feed.sent} of ${feed.payments.length}`,
  );
  return swaps;
}

function promote(platform: ProofPlatform, version: string): Promise<unknown> {
  return platform.http.post('/api/2.0/mlflow/registered-models/alias', { name: model, alias, version });
}

function inCharge(platform: ProofPlatform, version: string): Promise<void> {
  return platform.until(`version ${version} to be in charge`, 60_000, async () => {
    const { active } = (await platform.http.get(`/api/v1/endpoints/${endpoint}`)) as {
      active: { version: string } | null;
    };
    return active?.version === version;
  });
}
