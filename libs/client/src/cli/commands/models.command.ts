import { Command } from 'commander';
import { ClientError } from '../../client-error.ts';
import type { CliContext } from '../cli-context.ts';
import { ExitCode } from '../exit-code.ts';

interface Target {
  readonly alias?: string;
  readonly stage?: string;
}

const afterHelp = `
Examples:
  millrace models rollback fraud --stage Production
  millrace models missing fraud 3 --alias champion
  millrace models approve fraud 3 --comment "looks right"`;

export function modelsCommand(context: CliContext): Command {
  return new Command('models')
    .summary('roll a model back, approve a version, see what it lacks')
    .description('What people decide about the versions of registered models.')
    .addCommand(rollbackCommand(context))
    .addCommand(missingCommand(context))
    .addCommand(approveCommand(context))
    .addHelpText('after', afterHelp);
}

function rollbackCommand(context: CliContext): Command {
  return onTarget(new Command('rollback'))
    .description(
      'Puts the version back that was in charge before; of a stage, the one that is now is archived. Once more goes further back.',
    )
    .argument('<model>', 'a registered model')
    .addHelpText('after', '\nExample:\n  millrace models rollback fraud --alias champion')
    .action(async (model: string, flags: Target) => {
      const target = targetOf(flags);
      const path = `/api/v1/models/${encodeURIComponent(model)}/rollbacks`;
      const { version } = (await context.http().post(path, { target })) as { readonly version: string };
      await context.terminal.out(`${model} version ${version} is in charge of ${target} again`);
    });
}

function missingCommand(context: CliContext): Command {
  return onTarget(new Command('missing'))
    .description('What a version lacks by the promotion rules of its model. Ends with 1 when it lacks something.')
    .argument('<model>', 'a registered model')
    .argument('<version>', 'its version number')
    .addHelpText('after', '\nExample:\n  millrace models missing fraud 3 --stage Production')
    .action(async (model: string, version: string, flags: Target) => {
      const target = targetOf(flags);
      const query = new URLSearchParams({ target });
      const answer = await context.http().get(`${versionPath(model, version)}/missing?${query.toString()}`);
      const { missing } = answer as { readonly missing: readonly { readonly message: string }[] };
      if (missing.length === 0) return context.terminal.out(`${model} version ${version} may be promoted to ${target}`);
      for (const { message } of missing) await context.terminal.out(message);
      throw new ExitCode(1);
    });
}

function approveCommand(context: CliContext): Command {
  return new Command('approve')
    .description('Approves a version in your name; its author cannot.')
    .argument('<model>', 'a registered model')
    .argument('<version>', 'its version number')
    .option('--comment <text>', 'what you have to say of it', '')
    .addHelpText('after', '\nExample:\n  millrace models approve fraud 3 --comment "looks right"')
    .action(async (model: string, version: string, { comment }: { readonly comment: string }) => {
      await context.http().post(`${versionPath(model, version)}/approvals`, { comment });
      await context.terminal.out(`${model} version ${version} is approved`);
    });
}

function onTarget(command: Command): Command {
  return command
    .option('--alias <name>', 'what it is in charge of: an alias, for example champion')
    .option('--stage <name>', 'or a stage: Staging or Production');
}

function targetOf({ alias, stage }: Target): string {
  if (alias !== undefined && stage === undefined) return `alias:${alias}`;
  if (stage !== undefined && alias === undefined) return `stage:${stage}`;
  throw new ClientError('CLIENT_OPTIONS_INVALID', 'say of what the version is in charge: --alias NAME or --stage NAME');
}

function versionPath(model: string, version: string): string {
  return `/api/v1/models/${encodeURIComponent(model)}/versions/${encodeURIComponent(version)}`;
}
