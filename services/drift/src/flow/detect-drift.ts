import type { DriftAlert, DriftReport } from '@millrace/schemas';
import { isTransient } from '@millrace/service-kit';
import { baselines } from './baseline-accuracy.ts';
import type { Baseline } from './baseline-accuracy.ts';
import { closedWindows } from './closed-windows.ts';
import type { SeenWindow } from './closed-windows.ts';
import { dueWindows, revisionOf } from './due-windows.ts';
import type { KnownWindow } from './due-windows.ts';
import { loadReference } from './load-reference.ts';
import type { LoadedReference } from './load-reference.ts';
import type { Monitor, MonitorNote } from './monitor.ts';
import type {
  DriftEvents,
  DriftHistory,
  FreezeReference,
  PredictionHistory,
  ReferenceScorer,
  SaidWindow,
  Span,
  WindowCount,
} from './ports.ts';
import { ReferenceScores } from './reference-scores.ts';
import { mostUsedVersion, reportWindow } from './report-window.ts';

export interface DetectDriftParts {
  readonly history: PredictionHistory;
  /** Read once a monitor, after a take-over; from then on this instance is the one that says things. */
  readonly drift: DriftHistory;
  readonly events: DriftEvents;
  readonly scorer: ReferenceScorer;
  readonly freeze: FreezeReference;
  readonly now: () => number;
  readonly limits: {
    readonly maxRows: number;
    readonly lookBackWindows: number;
    readonly windowsPerRound: number;
    /** A partition that brought no row for so long is not waited for. */
    readonly idlePartitionMs: number;
  };
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
  readonly startMs: number;
  readonly endMs: number;
  readonly revision: number;
  readonly retryAtMs: number;
  readonly reason: string;
}

const FAULT_RETRY_MS = 60_000;

interface Memory {
  readonly said: Map<number, SaidWindow>;
  readonly alertIds: Set<string>;
  readonly faults: Map<number, WindowFault>;
  readonly scores: ReferenceScores;
  lastSeen: ReadonlyMap<number, number>;
  reference: LoadedReference;
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
    const { history, limits, now } = this.#parts;
    const span = await history.span(monitor, now() - limits.idlePartitionMs);
    if (span === null)
      return { reported: 0, note: waiting(`no prediction of endpoint "${monitor.endpoint}" is stored`) };
    const memory = await this.#remember(monitor);
    // Before the windows: one that is said without its reference is said again when that is there.
    await this.#loadReference(monitor, memory, span);
    const windows = { history, lookBackWindows: limits.lookBackWindows, maxNew: limits.windowsPerRound };
    const counted = await closedWindows(windows, monitor, {
      span,
      seen: new Map<number, SeenWindow>([...memory.faults, ...memory.said]),
    });
    const baselineOf = this.#baselines(monitor, memory);
    const known = counted.map((window) => this.#known(memory, window, baselineOf(window)));
    const due = dueWindows({ known, said: memory.said, lastSeen: memory.lastSeen });
    memory.lastSeen = new Map(known.map(({ window, revision }) => [window.startMs, revision]));
    let reported = 0;
    for (const each of due) {
      if (signal.aborted) break;
      if (this.#failedBefore(memory, each)) continue;
      if (await this.#reportOne(monitor, memory, each.window)) reported += 1;
    }
    return { reported, note: noteOf(memory) };
  }

  async #loadReference(monitor: Monitor, memory: Memory, span: Span): Promise<void> {
    const { history, freeze, limits, now } = this.#parts;
    if (!memory.reference.ok) {
      const activeSinceMs = now() - limits.idlePartitionMs;
      memory.reference = await loadReference(
        { history, freeze, maxRows: limits.maxRows, activeSinceMs },
        monitor,
        span,
      );
    }
    if (memory.reference.ok) await memory.scores.prepare(monitor, memory.reference.reference);
  }

  /** The baseline of a window whose accuracy a rule asks for, null also where too few of its outcomes are known. */
  #baselines(monitor: Monitor, { said, reference }: Memory): (window: WindowCount) => Baseline | null {
    const isAsked = monitor.rules.some((rule) => rule.rule === 'accuracy-drop' && rule.baseline === undefined);
    const referenceEndsAtMs = reference.ok ? reference.reference.endsAtMs : null;
    const find = baselines({ said: said.values(), referenceEndsAtMs, minRows: monitor.minRows });
    return (window) => (isAsked && window.labelled >= monitor.minRows ? find(window.startMs) : null);
  }

  #known({ reference, scores }: Memory, window: WindowCount, baseline: Baseline | null): KnownWindow {
    const isCompared = reference.ok && window.startMs >= reference.reference.endsAtMs;
    const basis = {
      hasReference: isCompared,
      hasScores: isCompared && scores.isKnown(reference.reference),
      baselineRank: baseline?.rank ?? 0,
    };
    return { window, revision: revisionOf(window, basis) };
  }

  #failedBefore({ faults }: Memory, { window, revision }: KnownWindow): boolean {
    const fault = faults.get(window.startMs);
    return fault !== undefined && fault.revision === revision && this.#parts.now() < fault.retryAtMs;
  }

  async #reportOne(monitor: Monitor, memory: Memory, window: WindowCount): Promise<boolean> {
    // Now, not when the look began: windows that were said since may be its baseline.
    const baseline = this.#baselines(monitor, memory)(window);
    const { revision } = this.#known(memory, window, baseline);
    try {
      await this.#say(monitor, memory, { window, revision, baselineAccuracy: baseline?.accuracy ?? null });
      memory.faults.delete(window.startMs);
      return true;
    } catch (error) {
      if (isTransient(error)) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      const { startMs, endMs } = window;
      memory.faults.set(startMs, { startMs, endMs, revision, retryAtMs: this.#parts.now() + FAULT_RETRY_MS, reason });
      this.#parts.onFault?.({ monitor, window, error });
      return false;
    }
  }

  async #say(
    monitor: Monitor,
    memory: Memory,
    judged: KnownWindow & { readonly baselineAccuracy: number | null },
  ): Promise<void> {
    const { history, events, now, limits } = this.#parts;
    const { window } = judged;
    const range = { fromMs: window.startMs, toMs: window.endMs };
    const measures = await history.measures(monitor, range);
    const sample = await history.predictions(monitor, range, { maxRows: limits.maxRows });
    const { reference } = memory;
    const scores = reference.ok
      ? await memory.scores.of(monitor, reference.reference, mostUsedVersion(measures.modelVersions))
      : reference;
    const { report, alerts } = reportWindow({ monitor, ...judged, measures, sample, reference, scores, nowMs: now() });
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
    const { drift, scorer } = this.#parts;
    const [windows, alertIds] = await Promise.all([drift.windows(monitor), drift.alertIds(monitor)]);
    const memory: Memory = {
      said: new Map(windows.map((window) => [window.startMs, window])),
      alertIds: new Set(alertIds),
      faults: new Map(),
      scores: new ReferenceScores(scorer),
      lastSeen: new Map(),
      reference: { ok: false, reason: 'the reference is not loaded yet' },
    };
    this.#memories.set(key, memory);
    return memory;
  }
}

function noteOf({ said, faults, reference }: Memory): MonitorNote {
  for (const { startMs, reason } of faults.values()) {
    return { state: 'failing', reason: `the window from ${new Date(startMs).toISOString()}: ${reason}` };
  }
  if (!reference.ok) return waiting(`nothing is compared: ${reference.reason}`);
  return said.size === 0 ? waiting('no window has closed yet: a newer event time closes it') : watching;
}

const watching: MonitorNote = { state: 'watching', reason: null };

function waiting(reason: string): MonitorNote {
  return { state: 'waiting', reason };
}
