import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { readAddresses } from './addresses.ts';
import { defaultInstance } from './instance-ports.ts';
import { instancePaths, repositoryRoot } from './paths.ts';

/** The command line finds the running platform by itself; what is set in the environment already stays as it is. */
const addresses = readAddresses(instancePaths(process.env['MILLRACE_STACK_INSTANCE'] || defaultInstance));
for (const [name, value] of Object.entries(addresses?.env ?? {})) process.env[name] ||= value;

await import(pathToFileURL(path.join(repositoryRoot, 'libs', 'client', 'src', 'cli', 'main.ts')).href);
