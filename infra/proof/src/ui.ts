/** MLflow's own pages and our comparison in a real browser: experiments, runs, charts, compare, models, versions; no request fails unexpectedly. */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { runProof } from './run/run-proof.ts';
import { proveUi } from './ui/prove-ui.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    points: { type: 'string', default: '60' },
    pictures: { type: 'string', default: path.join('.millrace', 'pictures') },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(`npm run proof -- ui [--runs 5] [--points 60] [--pictures .millrace/pictures]

  --runs N        runs of the experiment that is looked at
  --points N      points of each of their two metrics
  --pictures DIR  where a picture of each page goes`);
} else {
  await runProof((report) =>
    proveUi({
      report,
      runs: Number(values.runs),
      points: Number(values.points),
      screenshots: path.resolve(values.pictures),
    }),
  );
}
