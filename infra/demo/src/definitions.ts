import {
  atLeast,
  atMost,
  column,
  count,
  entity,
  eventTime,
  featureService,
  featureView,
  hour,
  mean,
  source,
  sum,
  weekday,
  windows,
} from '@millrace/feature-engine';
import type { DemoNames } from './demo-names.ts';

const WINDOWS = ['1d', '7d', '30d'] as const;
const ZONE = 'UTC';
/**
 * The demo plays a day in two seconds, its history some days at once: what reaches a terminal's log by way of several partitions, or
 * labels that go ahead of the payments that read them, are days apart in event time and milliseconds on the clock.
 */
const LATENESS = '7d';

/**
 * The features of the Fraud Detection Handbook, chapter 3: what a cardholder spends, how busy a terminal was, how much of what
 * happened there turned out to be fraud. A label is an event of its own, at the time when it became known, so the risk of a terminal
 * holds exactly what the bank knew at the time of a payment: the delay of a week is in the data, not in a promise.
 */
export function demoDefinitions(names: DemoNames) {
  const transactions = source({
    name: names.transactions,
    topic: names.transactionsTopic,
    description: 'Card payments, keyed by customer',
    id: 'transaction_id',
    eventTime: { column: 'tx_time', unit: 'ms' },
    entity: 'customer_id',
    partitioner: 'murmur2',
    allowedLateness: LATENESS,
    columns: {
      transaction_id: 'string',
      customer_id: 'string',
      terminal_id: 'string',
      amount: 'double',
      tx_time: 'timestamp',
    },
  });
  const labels = source({
    name: names.labels,
    topic: names.labelsTopic,
    description: 'What payments turned out to be, a week later, keyed by terminal',
    id: 'transaction_id',
    eventTime: { column: 'label_time', unit: 'ms' },
    entity: 'terminal_id',
    partitioner: 'murmur2',
    allowedLateness: LATENESS,
    columns: {
      transaction_id: 'string',
      customer_id: 'string',
      terminal_id: 'string',
      tx_time: 'timestamp',
      label_time: 'timestamp',
      is_fraud: 'double',
    },
  });
  const customer = entity({ name: names.customer, key: 'customer_id', type: 'string' });
  const terminal = entity({ name: names.terminal, key: 'terminal_id', type: 'string' });

  const customerSpend = featureView({
    name: names.customerSpend,
    description: 'How often and how much a cardholder pays, this payment included',
    entity: customer,
    source: transactions,
    features: windows(WINDOWS, (window) => ({
      [`customer_payments_${window}`]: count(window),
      [`customer_mean_amount_${window}`]: mean('amount', window, { empty: 0 }),
    })),
  });
  const terminalActivity = featureView({
    name: names.terminalActivity,
    description: 'How many payments a terminal took up to a week ago: those whose labels are known',
    entity: terminal,
    source: transactions,
    features: windows(WINDOWS, (window) => ({
      [`terminal_payments_${window}`]: count(window, { delay: '7d' }),
    })),
  });
  const terminalRisk = featureView({
    name: names.terminalRisk,
    description: 'How many of the payments whose labels came in were fraud',
    entity: terminal,
    source: labels,
    features: windows(WINDOWS, (window) => ({
      [`terminal_frauds_${window}`]: sum('is_fraud', window),
      [`terminal_risk_${window}`]: mean('is_fraud', window, { empty: 0 }),
    })),
  });
  const fraud = featureService({
    name: names.featureService,
    description: 'Inputs of the fraud detector',
    source: transactions,
    views: [customerSpend, terminalActivity, terminalRisk],
    passThrough: {
      amount: column('amount'),
      hour_of_day: hour(eventTime, ZONE),
      is_weekend: atLeast(weekday(eventTime, ZONE), 6),
      is_night: atMost(hour(eventTime, ZONE), 6),
    },
    startFrom: 'beginning',
  });
  return [transactions, labels, customer, terminal, customerSpend, terminalActivity, terminalRisk, fraud];
}

/** Every feature of the service, by name. */
export function featureNames(names: DemoNames): string[] {
  return demoDefinitions(names).flatMap((definition) => {
    if (definition.kind === 'feature-view') return definition.features.map((feature) => feature.name);
    return definition.kind === 'feature-service' ? definition.passThrough.map((feature) => feature.name) : [];
  });
}
