import { Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { importMlflowCommand } from './import-mlflow.command.ts';

export function importCommand(context: CliContext): Command {
  return new Command('import')
    .summary('copy experiments and models from another server')
    .description('Copies what another server holds into the platform.')
    .addCommand(importMlflowCommand(context))
    .addHelpText('after', '\nExample:\n  millrace import mlflow http://127.0.0.1:5000');
}
