/** A window as a feature's document has it: a duration that slides, or an object that says of which kind it is. */
export type WindowDocument = string | TumblingWindow | SessionWindow | LifetimeWindow;

/** All events that there ever were. */
export interface LifetimeWindow {
  readonly kind: 'lifetime';
}

/** The events up to now without a pause. */
export interface SessionWindow {
  readonly kind: 'session';
  /** A longer time without any event of the view ends a session. */
  readonly gap: string;
  /** How far back a session is followed. */
  readonly max: string;
}

/** Windows of one length that lie side by side for all: a day, say. */
export interface TumblingWindow {
  readonly kind: 'tumbling';
  readonly size: string;
  /** Windows begin this long after every whole number of sizes since 1970-01-01T00:00:00Z. */
  readonly offset: string;
  /** The one that the time asked about lies in, as far as it has come, or the whole one before it. */
  readonly which: 'current' | 'previous';
}
