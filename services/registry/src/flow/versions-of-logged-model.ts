import type { RegistryState } from './registry-state.ts';

/** The versions that a logged model was registered as, oldest first. */
export function versionsOfLoggedModel(state: RegistryState, modelId: string): { name: string; version: number }[] {
  return [...state.models.values()]
    .flatMap(({ versions }) => [...versions.values()])
    .filter((version) => version.modelId === modelId)
    .sort((a, b) => a.createdAtMs - b.createdAtMs || (a.name < b.name ? -1 : 1) || a.version - b.version)
    .map(({ name, version }) => ({ name, version }));
}
