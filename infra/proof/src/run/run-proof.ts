import { platformServices, ProofPlatform } from './proof-platform.ts';
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

/** A proof that takes nothing away: it gets a whole platform, started for it. */
export function runOnPlatform(prove: (platform: ProofPlatform) => Promise<void>): Promise<void> {
  return runProof(async (report) => {
    await using platform = await ProofPlatform.start(report, platformServices);
    await prove(platform);
  });
}
