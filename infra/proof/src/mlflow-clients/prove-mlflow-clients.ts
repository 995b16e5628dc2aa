import {
  mlflow2,
  mlflow3,
  mlflowTestNames,
  runMlflowBed,
  startMlflowTests,
  testNamespace,
  type MlflowClient,
} from '@millrace/testing';
import type { ProofReport } from '../run/proof-report.ts';

/** Every test function of the suite is one claim, with each client and each number of instances. */
export async function proveMlflowClients(report: ProofReport): Promise<void> {
  for (const instances of [1, 2]) {
    report.say(`starting ${instances} of tracking and ${instances} of registry`);
    await using bed = await runMlflowBed(testNamespace(), instances);
    for (const client of [mlflow3, mlflow2]) {
      await proveClient(report, client, { where: `${instances} each`, address: bed.address, env: bed.services.env });
    }
  }
}

interface Server {
  readonly where: string;
  readonly address: string;
  readonly env: Readonly<Record<string, string>>;
}

async function proveClient(report: ProofReport, client: MlflowClient, { where, ...server }: Server): Promise<void> {
  const startedAt = performance.now();
  const tests = startMlflowTests(client, server);
  for (const test of mlflowTestNames(client)) {
    const { cases, failures } = await tests.resultOf(test);
    const holds = failures.length === 0 && cases > 0;
    report.check(holds, `${client.name}, ${where}: ${test}`, holds ? `${cases} cases` : failures.join('\n'));
  }
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  report.say(`${client.name}, ${where}: all run in ${seconds} s`);
}
