import { Random } from './random.ts';

interface Cardholder {
  readonly id: string;
  readonly meanAmount: number;
  readonly transactionsPerDay: number;
  /** Indexes of the terminals within reach. */
  readonly terminals: readonly number[];
}

export interface Population {
  readonly cardholders: readonly Cardholder[];
  readonly terminals: readonly string[];
}

const GRID = 100;
const REACH = 5;

/**
 * Cardholders and terminals at random places of a 100 × 100 grid; a cardholder pays at the terminals within 5 of home. Mean amounts
 * are uniform in 5..100, transactions a day uniform in 0..4, as in the Fraud Detection Handbook, chapter "Transaction data simulator".
 */
export function populate(options: { seed: number; cardholders: number; terminals: number }): Population {
  const places = Random.of(options.seed, 'terminals');
  const terminals = Array.from({ length: options.terminals }, (_, i) => ({
    id: `terminal-${String(i).padStart(5, '0')}`,
    x: places.uniform(0, GRID),
    y: places.uniform(0, GRID),
  }));
  const people = Random.of(options.seed, 'cardholders');
  const cardholders = Array.from({ length: options.cardholders }, (_, i) => {
    const [x, y] = [people.uniform(0, GRID), people.uniform(0, GRID)];
    return {
      id: `customer-${String(i).padStart(5, '0')}`,
      meanAmount: people.uniform(5, 100),
      transactionsPerDay: people.uniform(0, 4),
      terminals: terminals.flatMap((terminal, index) =>
        Math.hypot(terminal.x - x, terminal.y - y) < REACH ? [index] : [],
      ),
    };
  });
  return { cardholders, terminals: terminals.map((terminal) => terminal.id) };
}
