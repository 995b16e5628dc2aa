/** Two real files through the public path: command line, definitions over HTTP, models with mlflow, scores equal to the same ONNX file offline. */
import { parseArgs } from 'node:util';
import { proveRealFiles } from './real-files/prove-real-files.ts';
import { runOnPlatform } from './run/run-proof.ts';

const { values } = parseArgs({
  options: { registrations: { type: 'string' }, help: { type: 'boolean', default: false } },
});

if (values.help) console.log('npm run proof -- real-files [--registrations ROWS]');
else {
  const registrations = values.registrations === undefined ? Number.POSITIVE_INFINITY : Number(values.registrations);
  await runOnPlatform((platform) => proveRealFiles(platform, { registrations, speed: 300_000 }));
}
