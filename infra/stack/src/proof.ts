import { runNamed } from './named-programs.ts';
import { runProgram } from './program.ts';

runProgram(() => runNamed('proof', process.argv.slice(2)));
