import type { Payment } from './payment.ts';
import { seededRandom } from './random.ts';

const startMs = Date.UTC(2026, 0, 1);
const spanMs = 20 * 86_400_000;

/** Twenty days of payments in event-time order, a fifth of them at the time of the one before. */
export function makePayments(count: number, seed: number): Payment[] {
  const random = seededRandom(seed);
  const cards = Math.max(20, Math.ceil(count / 40));
  const shops = Math.max(5, Math.ceil(count / 400));
  const meanGapMs = spanMs / count;
  let ts = startMs;
  return Array.from({ length: count }, (_, i) => {
    if (random() > 0.2) ts += Math.floor(random() * 2.5 * meanGapMs);
    return {
      payment_id: `p${i}`,
      card: `card-${Math.floor(random() * cards)}`,
      shop: `shop-${Math.floor(random() * shops)}`,
      amount: Math.round(random() * 20_000) / 100,
      ts,
    };
  });
}
