import type { ChangeLevel } from './compare-signatures.ts';

/** `major.minor.patch` without anything behind it. */
export type SemanticVersion = string;

const form = /^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})$/;
export const firstSemanticVersion: SemanticVersion = '1.0.0';

export function isSemanticVersion(text: string): boolean {
  return form.test(text);
}

export function compareSemanticVersions(one: SemanticVersion, other: SemanticVersion): number {
  const [a, b] = [partsOf(one), partsOf(other)];
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/** The least version behind another that says so much of a change. */
export function bump(version: SemanticVersion, level: ChangeLevel): SemanticVersion {
  const [major, minor, patch] = partsOf(version);
  if (level === 'major') return `${major + 1}.0.0`;
  return level === 'minor' ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`;
}

function partsOf(version: SemanticVersion): readonly [number, number, number] {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  return [major, minor, patch];
}
