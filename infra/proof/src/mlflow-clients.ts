/** The unmodified MLflow clients 3.x and 2.x pass every test of our suite, with one instance of tracking and registry and with two behind one address. */
import { parseArgs } from 'node:util';
import { proveMlflowClients } from './mlflow-clients/prove-mlflow-clients.ts';
import { runProof } from './run/run-proof.ts';

const { values } = parseArgs({ options: { help: { type: 'boolean', default: false } } });
if (values.help) console.log('npm run proof -- mlflow-clients');
else await runProof(proveMlflowClients);
