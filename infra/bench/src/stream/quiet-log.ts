import type { EventsLog } from '@millrace/events';

/** A bench prints its figures; what goes wrong throws. */
export const quietLog: EventsLog = {
  debug: () => {},
  info: () => {},
  warn: (event, fields) => console.error(event, fields),
  error: (event, fields) => console.error(event, fields),
};
