import type { DriftAlert, DriftReport } from '@millrace/schemas';
import { isTransient } from '@millrace/service-kit';
import { baselineAccuracy } from './baseline-accuracy.ts';
import { closedWindows } from './closed-windows.ts';
import { dueWindows, revisionOf } from './due-windows.ts';
import { loadReference } from './load-reference.ts';
import type { Monitor, MonitorNote } from './monitor.ts';
import type { DriftEvents, DriftHistory, PredictionHistory, SaidWindow, WindowCount } from './ports.ts';
import type { ReferenceSample } from './reference-sample.ts';
import { reportWindow } from './report-window.ts';

export interface DetectDriftParts {
  readonly history: PredictionHistory;
  /** Read once a monitor, after a take-over; from then on this instance is the one that says things. */
  readonly drift: DriftHistory;
  readonly events: DriftEvents;
  readonly now: () => number;
  readonly limits: { readonly maxRows: number; readonly lookBackWindows: number; readonly windowsPerRound: number };
  readonly onReported?: (reported: { report: DriftReport; alerts: readonly DriftAlert[] }) => void;
  /** A window could not be reported. It is tried again when more is known of it, or after a while. */
  readonly onFault?: (fault: { monitor: Monitor; window: WindowCount; error: unknown }) => void;
}

/** What one look at a monitor came to. */
export interface Look {
  readonly reported: number;
  readonly note: MonitorNote;
}

interface WindowFault {
  readonly revision: number;
  readonly retryAtMs: number;
  readonly reason: string;
}

const FAULT_RETRY_MS = 60_000;

interface Memory {
  readonly said: Map<number, SaidWindow>;
  readonly alertIds: Set<string>;
  readonly faults: Map<number, WindowFault>;
  lastSeen: ReadonlyMap<number, number>;
  reference: ReferenceSample | null;
}

/** Finds the windows that have something new to say, says it, and remembers what was said. One instance a monitor at a time. */
export class DetectDrift {
  readonly #parts: DetectDriftParts;
  readonly #memories = new Map<string, Memory>();

  constructor(parts: DetectDriftParts) {
    this.#parts = parts;
  }

  /** Drops what is remembered: before another instance may have spoken, or when monitors are gone. */
  forget(): void {
    this.#memories.clear();
  }

  /** One look at one monitor. A window that fails holds up no other; an outage ends the look. */
  async round(monitor: Monitor, signal: AbortSignal): Promise<Look> {
    const { history, limits } = this.#parts;
    const span = await history.span(monitor.endpoint);
    if (span === null)
      return { reported: 0, note: waiting(`no prediction of endpoint "${monitor.endpoint}" is stored`) };
    const memory = await this.#remember(monitor);
    const windows = { history, lookBackWindows: limits.lookBackWindows, maxNew: limits.windowsPerRound };
    const counted = await closedWindows(windows, monitor, { span, said: memory.said });
    const due = dueWindows({ counted, said: memory.said, lastSeen: memory.lastSeen });
    memory.lastSeen = new Map(counted.map((window) => [window.startMs, revisionOf(window)]));
    if (due.length > 0) memory.reference ??= await loadReference({ history, maxRows: limits.maxRows }, monitor, span);
    let reported = 0;
    for (const window of due) {
      if (signal.aborted) break;
      if (this.#failedBefore(memory, window)) continue;
      if (await this.#reportOne(monitor, memory, window)) reported += 1;
    }
    return { reported, note: noteOf(memory) };
  }

  #failedBefore({ faults }: Memory, window: WindowCount): boolean {
    const fault = faults.get(window.startMs);
    return fault !== undefined && fault.revision === revisionOf(window) && this.#parts.now() < fault.retryAtMs;
  }

  async #reportOne(monitor: Monitor, memory: Memory, window: WindowCount): Promise<boolean> {
    try {
      await this.#say(monitor, memory, window);
      memory.faults.delete(window.startMs);
      return true;
    } catch (error) {
      if (isTransient(error)) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      const retryAtMs = this.#parts.now() + FAULT_RETRY_MS;
      memory.faults.set(window.startMs, { revision: revisionOf(window), retryAtMs, reason });
      this.#parts.onFault?.({ monitor, window, error });
      return false;
    }
  }

  async #say(monitor: Monitor, memory: Memory, window: WindowCount): Promise<void> {
    const { history, events, now, limits } = this.#parts;
    const range = { fromMs: window.startMs, toMs: window.endMs };
    const sample = await history.predictions(monitor.endpoint, range, limits.maxRows);
    const baseline = baselineAccuracy({
      said: memory.said.values(),
      windowStartMs: window.startMs,
      referenceEndsAtMs: memory.reference?.endsAtMs ?? null,
      minRows: monitor.minRows,
    });
    const input = { monitor, window, sample, reference: memory.reference, baselineAccuracy: baseline, nowMs: now() };
    const { report, alerts } = reportWindow(input);
    const fresh = alerts.filter((alert) => !memory.alertIds.has(alert.eventId));
    // Alerts first: a crash between the two finds the window unsaid and comes back to it; their ids are the same then.
    if (fresh.length > 0) await events.publishAlerts(fresh);
    for (const alert of fresh) memory.alertIds.add(alert.eventId);
    await events.publishReport(report);
    memory.said.set(window.startMs, {
      startMs: window.startMs,
      endMs: window.endMs,
      revision: report.revision,
      labelled: report.quality?.rows ?? 0,
      accuracy: report.quality?.accuracy ?? null,
    });
    this.#parts.onReported?.({ report, alerts: fresh });
  }

  async #remember(monitor: Monitor): Promise<Memory> {
    const key = `${monitor.name}|${monitor.generation}`;
    const known = this.#memories.get(key);
    if (known !== undefined) return known;
    const { drift } = this.#parts;
    const [windows, alertIds] = await Promise.all([drift.windows(monitor), drift.alertIds(monitor)]);
    const memory: Memory = {
      said: new Map(windows.map((window) => [window.startMs, window])),
      alertIds: new Set(alertIds),
      faults: new Map(),
      lastSeen: new Map(),
      reference: null,
    };
    this.#memories.set(key, memory);
    return memory;
  }
}

function noteOf({ said, faults }: Memory): MonitorNote {
  const [failed] = faults;
  if (failed !== undefined) {
    const [startMs, { reason }] = failed;
    return { state: 'failing', reason: `the window from ${new Date(startMs).toISOString()}: ${reason}` };
  }
  return said.size === 0 ? waiting('no window has closed yet: a newer event time closes it') : watching;
}

const watching: MonitorNote = { state: 'watching', reason: null };

function waiting(reason: string): MonitorNote {
  return { state: 'waiting', reason };
}
