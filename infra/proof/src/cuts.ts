/** Vectors as served against SQL at their cuts and in hindsight on every row of a run with ties, late events and repeats; a planted mismatch is found. Options: --events N */
import { parseArgs } from 'node:util';
import { proveCuts } from './cuts/prove-cuts.ts';
import { runProof } from './run/run-proof.ts';

const { values } = parseArgs({
  options: { events: { type: 'string', default: '50000' }, help: { type: 'boolean', default: false } },
});

if (values.help) console.log('npm run proof -- cuts [--events 50000]');
else await runProof((report) => proveCuts(report, { events: Number(values.events), partitions: 6 }));
