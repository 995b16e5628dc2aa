import { runNamed } from './named-programs.ts';
import { runProgram } from './program.ts';

runProgram(() => runNamed('bench', process.argv.slice(2)));
