/**
 * Requests of MLflow's user interface that are answered by an error on purpose, with the reason: the same list is in the README of
 * the tracking service. Whatever else fails makes the proof fail.
 */
export const knownFailures: readonly { readonly request: RegExp; readonly status: string; readonly why: string }[] = [
  {
    request: /\/ajax-api\/2\.0\/mlflow\/users\/current$/,
    status: '404',
    why: 'MLflow without its sign-in plugin has no users either',
  },
  {
    request: /\/ajax-api\/3\.0\/mlflow\/assistant\/(config|providers)$/,
    status: '404',
    why: 'the assistant of MLflow is a program on its own server, which talks to a language model',
  },
];
