import { runCommand } from '../run-command.ts';
import { installPackages } from './system-package.ts';

const oldestMinor = 9;
const probe = 'import sys; print(sys.version_info[0], sys.version_info[1])';

/** A `python3` of 3.9 or newer that has pip. */
export async function systemPython(): Promise<string> {
  const { code, output } = await runCommand('python3', ['-c', probe]);
  const [major, minor] = output.trim().split(' ').map(Number);
  if (code !== 0 || major !== 3 || (minor ?? 0) < oldestMinor) {
    await installPackages(['python3', 'python3-pip', 'python3-venv'], `Python 3.${oldestMinor} or newer is needed`);
  }
  if ((await runCommand('python3', ['-m', 'pip', '--version'])).code !== 0) {
    await installPackages(['python3-pip'], 'Python has no pip');
  }
  return 'python3';
}
