import { runCli } from './run-cli.ts';
import { processTerminal } from './terminal.ts';

const terminal = processTerminal();
process.exitCode = await runCli(process.argv.slice(2), terminal);
// A command that was cut off may still wait for an answer, which must not hold up the prompt.
if (terminal.signal.aborted) process.exit();
