/** Tracking and registry keep every acknowledged write, each once, over kill -9 of all they are made of; 100,000 runs are paged through in flat memory while more arrive. Options: --seconds N --runs N --seed N */
import { parseArgs } from 'node:util';
import { StackServers, stackAddresses } from '@millrace/testing';
import { proveRuns } from './runs/prove-runs.ts';
import { runProof } from './run/run-proof.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '180' },
    runs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log('npm run proof -- runs [--seconds 180] [--runs 100000] [--seed 1]');
else {
  await runProof((report) =>
    proveRuns({
      report,
      servers: new StackServers(stackAddresses()),
      loadSeconds: Number(values.seconds),
      manyRuns: Number(values.runs),
      seed: Number(values.seed),
    }),
  );
}
