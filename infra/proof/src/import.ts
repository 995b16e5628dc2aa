/** What real MLflow servers of versions 3 and 2 hold is copied whole by `millrace import mlflow`, killed again and again meanwhile. */
import { parseArgs } from 'node:util';
import { proveImport } from './import/prove-import.ts';
import { runProof } from './run/run-proof.ts';

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '4' }, help: { type: 'boolean', default: false } },
});
if (values.help) {
  console.log(`npm run proof -- import [--kills 4]

  --kills N   how often each import is killed before it comes to its end`);
} else await runProof((report) => proveImport(report, { kills: Number(values.kills) }));
