import { Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { count } from '../layout.ts';

interface Collected {
  readonly examined: number;
  readonly unused: number;
  readonly unusedBytes: number;
}

const afterHelp = `
A content is unreferenced when no file of any run, logged model or trace is it any more, no version of a model stands for it, and that for
longer than MILLRACE_ARTIFACTS_KEPT_MS of the tracking service (a week).

Examples:
  millrace collect-artifacts --dry-run
  millrace collect-artifacts`;

export function collectArtifactsCommand(context: CliContext): Command {
  return new Command('collect-artifacts')
    .summary('remove contents of files that nothing refers to')
    .description('Removes the contents of files that nothing refers to any more.')
    .option('--dry-run', 'tell how many there are, and remove nothing')
    .addHelpText('after', afterHelp)
    .action(async ({ dryRun }: { readonly dryRun?: true }) => {
      const http = context.http();
      const path = '/api/v1/artifacts/unused';
      const answer = (await (dryRun ? http.get(path) : http.post(`${path}/collect`, {}))) as Collected;
      const { examined, unused, unusedBytes } = answer;
      const megabytes = (unusedBytes / 1e6).toFixed(1);
      const what = dryRun ? 'unreferenced' : 'removed';
      await context.terminal.out(
        `${count(examined, 'content')} examined, ${count(unused, 'content')} ${what} (${megabytes} MB)`,
      );
    });
}
