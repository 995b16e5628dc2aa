/** Fails when a package imports what its kind may not, or when a pure package reaches outside: see boundary-rules.ts. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { boundaryFaults, kinds } from './boundary-rules.ts';
import type { Kind, WorkspacePackage } from './boundary-rules.ts';

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly nx?: { readonly tags?: readonly string[] };
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
const faults: string[] = [];
const packages = new Map(
  globSync('{libs,services,infra}/*/package.json', { cwd: root })
    .concat('schemas/package.json')
    .map(readPackage)
    .map((found) => [found.name, found]),
);
const rootDependencies = namesOf(readManifest('package.json').devDependencies);

for (const found of packages.values()) {
  const files = globSync(`${found.folder}/**/*.ts`, { cwd: root, exclude: (path) => /node_modules|dist$/.test(path) });
  for (const path of files) {
    const text = readFileSync(root + path, 'utf8');
    faults.push(...boundaryFaults(found, { path, text }, { packages, rootDependencies }));
  }
}
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);

function readPackage(manifestPath: string): WorkspacePackage {
  const manifest = readManifest(manifestPath);
  const tag = manifest.nx?.tags?.find((one) => one.startsWith('kind:'))?.slice('kind:'.length);
  const kind = kinds.find((one) => one === tag);
  if (!kind) faults.push(`${manifestPath}: has no tag "kind:" of ${kinds.join(', ')}`);
  return {
    name: manifest.name,
    folder: manifestPath.slice(0, -'/package.json'.length),
    kind: kind ?? ('pure' satisfies Kind),
    dependencies: namesOf({ ...manifest.dependencies, ...manifest.optionalDependencies }),
    devDependencies: namesOf(manifest.devDependencies),
  };
}

function readManifest(path: string): Manifest {
  if (!existsSync(root + path)) throw new Error(`${path} is missing`);
  return JSON.parse(readFileSync(root + path, 'utf8')) as Manifest;
}

function namesOf(dependencies: Readonly<Record<string, string>> | undefined): Set<string> {
  return new Set(Object.keys(dependencies ?? {}));
}
