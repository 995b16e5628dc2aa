import { runCommand } from '../run-command.ts';
import { oldestPython, pythonMinor } from './needs.ts';
import { installPackages } from './system-package.ts';

const probe = 'import sys; print("%d.%d" % sys.version_info[:2])';

/** A `python3` of 3.9 or newer that has pip. */
export async function systemPython(signal: AbortSignal): Promise<string> {
  const { code, output } = await runCommand('python3', ['-c', probe]);
  const oldestMinor = oldestPython.anything;
  if (code !== 0 || (pythonMinor(output.trim()) ?? 0) < oldestMinor) {
    await installPackages(
      ['python3', 'python3-pip', 'python3-venv'],
      `Python 3.${oldestMinor} or newer is needed`,
      signal,
    );
  }
  if ((await runCommand('python3', ['-m', 'pip', '--version'])).code !== 0) {
    await installPackages(['python3-pip'], 'Python has no pip', signal);
  }
  return 'python3';
}
