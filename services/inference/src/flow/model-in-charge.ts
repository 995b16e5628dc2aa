import { endpointInactive, endpointLoading } from '../errors.ts';
import type { ActiveModel, ServedEndpoint } from './served-endpoint.ts';

/** The model in charge of an endpoint, else the coded error that says why it does not answer. */
export function modelInCharge({ endpoint, state }: ServedEndpoint): ActiveModel {
  if (state.kind === 'active') return state.model;
  throw (state.kind === 'loading' ? endpointLoading : endpointInactive)(endpoint.name, state.reason);
}
