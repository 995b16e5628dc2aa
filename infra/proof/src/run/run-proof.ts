import { ProofReport } from './proof-report.ts';

/** Runs a proof as a program: a fault of the proof itself counts as a failure, and the counted line always comes last. */
export async function runProof(prove: (report: ProofReport) => Promise<void>): Promise<void> {
  const report = new ProofReport();
  try {
    await prove(report);
  } catch (error) {
    report.check(
      false,
      'the proof came to its end',
      error instanceof Error ? (error.stack ?? error.message) : String(error),
    );
  }
  console.log(report.closingLine());
  process.exitCode = report.failures.length === 0 ? 0 : 1;
}
