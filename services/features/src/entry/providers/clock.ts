/** The one clock of the service: everything below the wiring is told the time. */
export const now = (): number => Date.now();
