import type { ProofReport } from '../run/proof-report.ts';
import { runPython } from '../run/run-python.ts';

export interface Filled {
  readonly experiment: string;
  readonly experimentId: string;
  readonly runs: readonly { readonly id: string; readonly name: string }[];
  readonly model: string;
}

/** What a data scientist would have logged, with the unmodified client. */
export async function fill(
  gatewayUrl: string,
  {
    env,
    report,
    runs,
    points,
  }: { env: Readonly<Record<string, string>>; report: ProofReport; runs: number; points: number },
): Promise<Filled> {
  const argument = { gateway: gatewayUrl, experiment: 'browsed', model: 'browsed-model', runs, points };
  return (await runPython('fill_ui.py', argument, { env, say: (line) => report.say(line) })) as Filled;
}
