/** One server under measurement; a server that can be reached in two ways is measured in both. */
export interface TrackingServer extends AsyncDisposable {
  readonly name: string;
  readonly lines: readonly { readonly name: string; readonly url: string }[];
}
