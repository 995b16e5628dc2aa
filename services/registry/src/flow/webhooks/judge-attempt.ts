/** What came of sending something once. */
export type Attempt =
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfterMs: number | null }
  | { readonly kind: 'unanswered'; readonly reason: string; readonly isFinal: boolean };

export type Verdict =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'again'; readonly inMs: number }
  | { readonly kind: 'failed'; readonly reason: string };

export interface RetryRules {
  readonly attempts: number;
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
}

/** What passes by itself: too many requests, a server that is in trouble or away. */
const passing = [408, 425, 429, 500, 502, 503, 504];

/**
 * Whether a delivery is through, is tried again or is given up. Waits double, half of each is left to chance: receivers
 * that come back are not met by all at once. What a receiver asks for with Retry-After counts when it is longer.
 */
export function judgeAttempt(attempt: Attempt, count: number, rules: RetryRules, random: number): Verdict {
  const reason = reasonOf(attempt);
  if (reason === null) return { kind: 'delivered' };
  const isFinal = attempt.kind === 'answered' ? !passing.includes(attempt.status) : attempt.isFinal;
  if (isFinal || count >= rules.attempts) return { kind: 'failed', reason };
  const longest = Math.min(rules.longestWaitMs, rules.firstWaitMs * 2 ** Math.min(count - 1, 30));
  const asked = attempt.kind === 'answered' ? (attempt.retryAfterMs ?? 0) : 0;
  const own = longest / 2 + (longest / 2) * random;
  return { kind: 'again', inMs: Math.max(own, Math.min(asked, rules.longestWaitMs)) };
}

/** Null for a success. */
function reasonOf(attempt: Attempt): string | null {
  if (attempt.kind === 'unanswered') return attempt.reason;
  const { status } = attempt;
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400) return `the receiver answered ${status}: redirects are not followed`;
  return `the receiver answered ${status}`;
}

/** Retry-After: seconds or a date; null when it says neither. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | null {
  if (header === undefined) return null;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs);
}
