import type { ProfileName } from './demo-profile.ts';

/** What the demo calls its things. Profiles live side by side: each has sources, an endpoint and a model of its own. */
export interface DemoNames {
  readonly transactions: string;
  readonly labels: string;
  readonly transactionsTopic: string;
  readonly labelsTopic: string;
  readonly customerSpend: string;
  readonly terminalActivity: string;
  readonly terminalRisk: string;
  readonly customer: string;
  readonly terminal: string;
  readonly featureService: string;
  readonly model: string;
  readonly endpoint: string;
  readonly experiment: string;
}

/** Topics of users are never prefixed by the platform; the demo does it itself where several installations share a broker. */
export function demoNames(profile: ProfileName, topicPrefix: string): DemoNames {
  const own = profile === 'small' ? '' : `${profile}_`;
  return {
    transactions: `${own}transactions`,
    labels: `${own}transaction_labels`,
    transactionsTopic: `${topicPrefix}${own}transactions`,
    labelsTopic: `${topicPrefix}${own}transaction-labels`,
    customerSpend: `${own}customer_spend`,
    terminalActivity: `${own}terminal_activity`,
    terminalRisk: `${own}terminal_risk`,
    customer: 'customer',
    terminal: 'terminal',
    featureService: `${own}fraud`,
    model: `${own}fraud-detector`,
    endpoint: `${own}fraud`,
    experiment: `${own}card-fraud`,
  };
}
