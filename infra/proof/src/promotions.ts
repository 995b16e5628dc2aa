/** Promotes 20 versions under 500 events/s: nothing lost or doubled, swaps within a second, subscribers that are killed handle each once. Options: --rate N --promotions N --seed N */
import { parseArgs } from 'node:util';
import { provePromotions } from './promotions/prove-promotions.ts';
import { runProof } from './run/run-proof.ts';

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '500' },
    promotions: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});
/** More than a run lasts. */
const longestSeconds = 180;

if (values.help) console.log('npm run proof -- promotions [--rate 500] [--promotions 20] [--seed 1]');
else {
  const ratePerSecond = Number(values.rate);
  await runProof((report) =>
    provePromotions(report, {
      seed: Number(values.seed),
      promotions: Number(values.promotions),
      payments: ratePerSecond * longestSeconds,
      ratePerSecond,
      swapWithinMs: 1_000,
    }),
  );
}
