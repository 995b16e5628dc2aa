import type { Payment } from './payment.ts';

const dayMs = 86_400_000;

/** What the windows hold, computed from the list of payments by their definition: shares no code with the platform. */
export class ExpectedFeatures {
  readonly #byCard = new Map<string, Payment[]>();
  readonly #byShop = new Map<string, Payment[]>();
  /** Place of each payment in the list of its card. */
  readonly #place = new Map<string, number>();

  /** Payments in the order in which they were sent. */
  constructor(payments: readonly Payment[]) {
    for (const payment of payments) {
      this.#place.set(payment.payment_id, push(this.#byCard, payment.card, payment) - 1);
      push(this.#byShop, payment.shop, payment);
    }
  }

  /** The features by card in the vector of one payment: of equal times those up to its own place count. */
  ofVector(payment: Payment): number[] {
    const upTo = (this.#place.get(payment.payment_id) ?? -1) + 1;
    return cardFeatures((this.#byCard.get(payment.card) ?? []).slice(0, upTo), payment.ts);
  }

  /** All windowed features at a time, once every payment has been applied. */
  online(card: string, shop: string, atMs: number): number[] {
    const ofShop = this.#byShop.get(shop) ?? [];
    return [
      ...cardFeatures(this.#byCard.get(card) ?? [], atMs),
      within(ofShop, atMs, dayMs).length,
      sum(within(ofShop, atMs, 7 * dayMs)),
    ];
  }
}

function cardFeatures(payments: readonly Payment[], atMs: number): number[] {
  const day = within(payments, atMs, dayMs);
  const week = within(payments, atMs, 7 * dayMs);
  return [
    day.length,
    sum(day),
    week.length === 0 ? Number.NaN : sum(week) / week.length,
    week.length === 0 ? Number.NaN : Math.max(...week),
  ];
}

function within(payments: readonly Payment[], atMs: number, windowMs: number): number[] {
  return payments.filter(({ ts }) => ts > atMs - windowMs && ts <= atMs).map(({ amount }) => amount);
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}

function push(lists: Map<string, Payment[]>, key: string, payment: Payment): number {
  const list = lists.get(key);
  if (list) return list.push(payment);
  lists.set(key, [payment]);
  return 1;
}

/** Whole numbers exactly, others within 1e-9 of their size; a missing value equals a missing value only. */
export function equalFeatures(actual: readonly (number | null)[], expected: readonly number[]): boolean {
  return (
    actual.length === expected.length &&
    expected.every((value, i) => {
      const found = actual[i] ?? Number.NaN;
      if (Number.isNaN(value) || Number.isNaN(found)) return Number.isNaN(value) && Number.isNaN(found);
      if (Number.isInteger(value) && Number.isInteger(found)) return value === found;
      return Math.abs(found - value) <= 1e-9 * Math.max(1, Math.abs(value));
    })
  );
}
