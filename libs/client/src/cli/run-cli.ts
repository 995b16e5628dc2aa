import { Command, CommanderError } from 'commander';
import { EventsError, TransientError } from '@millrace/events';
import { ClientError } from '../client-error.ts';
import { HttpProblem } from '../http-client.ts';
import { placeOf, PublicationError } from '../publish/publication-error.ts';
import { CliContext } from './cli-context.ts';
import { applyCommand } from './commands/apply.command.ts';
import { auditCommand } from './commands/audit.command.ts';
import { deadLettersCommand } from './commands/dead-letters.command.ts';
import { collectArtifactsCommand } from './commands/collect-artifacts.command.ts';
import { importCommand } from './commands/import.command.ts';
import { modelsCommand } from './commands/models.command.ts';
import { promoteCommand } from './commands/promote.command.ts';
import { publishCommand } from './commands/publish.command.ts';
import { sourcesCommand } from './commands/sources.command.ts';
import { statusCommand } from './commands/status.command.ts';
import { sweepsCommand } from './commands/sweeps.command.ts';
import { traceCommand } from './commands/trace.command.ts';
import { watchCommand } from './commands/watch.command.ts';
import { ExitCode, stopped } from './exit-code.ts';
import type { Terminal } from './terminal.ts';

const afterHelp = `
Addresses come from the environment (MILLRACE_GATEWAY_URL, MILLRACE_KAFKA_BROKERS, MILLRACE_SCHEMA_REGISTRY_URL, …), else
from the running stack: .millrace/stack/<instance>/addresses.json here or in a folder above (MILLRACE_STACK_INSTANCE).
Where people have to sign in, MILLRACE_GATEWAY_TOKEN holds the API key of who asks.`;

/**
 * Runs one command line and resolves with the exit code; what went wrong is said in words. A command that is stopped ends at once,
 * unless it has something to finish and say first.
 */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  let context: CliContext | undefined;
  try {
    context = new CliContext(terminal);
    await untilStopped(program(context).parseAsync([...args], { from: 'user' }), context);
    return 0;
  } catch (error) {
    if (error instanceof ExitCode) return error.code;
    // Commander has said what is wrong with the command line.
    if (error instanceof CommanderError) return error.exitCode;
    terminal.status(`${describe(error, terminal.env['DEBUG'] !== undefined)}\n`);
    return 1;
  } finally {
    // What a cut off command has open is closed by the end of the process, and may not be waited for.
    if (!context?.isCutOff) await context?.close();
  }
}

async function untilStopped(action: Promise<unknown>, context: CliContext): Promise<void> {
  const { signal } = context.terminal;
  const { promise: cut, reject } = Promise.withResolvers<never>();
  const stop = (): void => {
    if (context.endsItself) return;
    context.isCutOff = true;
    reject(stopped(signal));
  };
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  action.catch(() => undefined);
  try {
    await Promise.race([action, cut]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function program(context: CliContext): Command {
  const { terminal } = context;
  const root = new Command('millrace')
    .description('Streams files in, applies definitions, shows what happens and why.')
    .addHelpText('after', afterHelp);
  const commands = [
    publishCommand(context),
    applyCommand(context),
    watchCommand(context),
    deadLettersCommand(context),
    sourcesCommand(context),
    promoteCommand(context),
    sweepsCommand(context),
    modelsCommand(context),
    importCommand(context),
    collectArtifactsCommand(context),
    statusCommand(context),
    traceCommand(context),
    auditCommand(context),
  ];
  for (const command of commands) root.addCommand(command);
  const prepare = (command: Command): void => {
    command.exitOverride().showHelpAfterError('(add --help for what is possible)');
    command.configureOutput({
      writeOut: (text) => void terminal.out(text.replace(/\n$/, '')),
      writeErr: (text) => terminal.status(text),
      getOutHelpWidth: () => terminal.columns,
      getErrHelpWidth: () => terminal.columns,
    });
    for (const child of command.commands) prepare(child);
  };
  prepare(root);
  return root;
}

function describe(error: unknown, withStack: boolean): string {
  if (error instanceof PublicationError) return `${describe(error.cause, withStack)}\n${placeOf(error.progress)}`;
  if (!(error instanceof Error)) return `error: ${String(error)}`;
  const stack = withStack ? `\n${error.stack}` : '';
  if (error instanceof HttpProblem && error.faults.length > 0) {
    const faults = error.faults.map(({ path, message }) => `  ${path === '' ? '' : `${path}: `}${message}`);
    return `error: ${error.message}\n${faults.join('\n')}${stack}`;
  }
  const expected = [ClientError, EventsError, TransientError].some((kind) => error instanceof kind);
  if (expected) return `error: ${error.message}${stack}`;
  return `error: ${error.message}\nThis is a fault of the command line: run it again with DEBUG=1 to see where it comes from${stack}`;
}
