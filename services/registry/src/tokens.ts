/** Injection token of the registry's journal: the source of every answer and the way of every change. */
export const REGISTRY_JOURNAL = Symbol('registry journal');
