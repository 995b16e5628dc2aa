import { feastErrorDetail, feastErrors, type FeastErrorCode } from '@millrace/feast-protocol';
import type { Problem } from '@millrace/service-kit';

/** What our own codes are in Feast's words. */
const feastCodes: Readonly<Record<string, FeastErrorCode>> = {
  // As 503 the stock client would repeat it three times and then show no text.
  FEATURES_STATES_REBUILDING: 'FEAST_NOT_YET',
};

/** A problem in the form that the stock client raises as one of Feast's exceptions. */
export function feastAnswer({ code, status, detail }: Problem): { readonly status: number; readonly body: string } {
  const feastCode = feastCodes[code];
  const known = feastCode === undefined ? { code, status } : { code: feastCode, status: feastErrors[feastCode].status };
  return { status: known.status, body: feastErrorDetail({ ...known, detail }) };
}
