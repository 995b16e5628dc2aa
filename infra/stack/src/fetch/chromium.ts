import { runCommand } from '../run-command.ts';
import { installPackages } from './system-package.ts';

/** Path of a Chromium browser: the machine's own, else Debian's. */
export async function ensureChromium(signal: AbortSignal): Promise<string> {
  const found = await findChromium();
  if (found !== null) return found;
  await installPackages(['chromium'], "MLflow's user interface is looked at in a real browser", signal);
  const installed = await findChromium();
  if (installed === null) throw new Error('the package "chromium" has brought no command "chromium"');
  return installed;
}

async function findChromium(): Promise<string | null> {
  for (const command of ['chromium', 'chromium-browser', 'google-chrome']) {
    const { code, output } = await runCommand('sh', ['-c', `command -v ${command}`]);
    if (code === 0) return output.trim();
  }
  return null;
}
