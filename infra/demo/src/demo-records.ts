import type { AvroSchemaJson, Outcome } from '@millrace/schemas';
import type { Transaction } from './simulator/transactions-of-day.ts';

export interface TransactionRecord {
  readonly transaction_id: string;
  readonly customer_id: string;
  readonly terminal_id: string;
  readonly amount: number;
  readonly tx_time: number;
}

export interface LabelRecord {
  readonly transaction_id: string;
  readonly customer_id: string;
  readonly terminal_id: string;
  readonly tx_time: number;
  readonly label_time: number;
  readonly is_fraud: number;
}

const time = { type: 'long', logicalType: 'timestamp-millis' } as const;

export const transactionSchema: AvroSchemaJson = {
  type: 'record',
  name: 'Transaction',
  namespace: 'demo',
  doc: 'A card payment.',
  fields: [
    { name: 'transaction_id', type: 'string', doc: 'Unique id.' },
    { name: 'customer_id', type: 'string', doc: 'Cardholder.' },
    { name: 'terminal_id', type: 'string', doc: 'Where it was paid.' },
    { name: 'amount', type: 'double', doc: 'Amount.' },
    { name: 'tx_time', type: time, doc: 'When it was paid.' },
  ],
};

export const labelSchema: AvroSchemaJson = {
  type: 'record',
  name: 'TransactionLabel',
  namespace: 'demo',
  doc: 'What a card payment turned out to be.',
  fields: [
    { name: 'transaction_id', type: 'string', doc: 'The payment.' },
    { name: 'customer_id', type: 'string', doc: 'Its cardholder.' },
    { name: 'terminal_id', type: 'string', doc: 'Its terminal.' },
    { name: 'tx_time', type: time, doc: 'When it was paid.' },
    { name: 'label_time', type: time, doc: 'When its label became known.' },
    { name: 'is_fraud', type: 'double', doc: '1 for fraud, else 0.' },
  ],
};

export function transactionRecord(transaction: Transaction): TransactionRecord {
  return {
    transaction_id: transaction.transactionId,
    customer_id: transaction.customerId,
    terminal_id: transaction.terminalId,
    amount: transaction.amount,
    tx_time: transaction.timeMs,
  };
}

export function labelRecord(transaction: Transaction, knownAtMs: number): LabelRecord {
  return {
    transaction_id: transaction.transactionId,
    customer_id: transaction.customerId,
    terminal_id: transaction.terminalId,
    tx_time: transaction.timeMs,
    label_time: knownAtMs,
    is_fraud: labelOf(transaction),
  };
}

export function outcomeOf(transaction: Transaction, knownAtMs: number, source: string): Outcome {
  return {
    eventId: `${source}|${transaction.transactionId}|${knownAtMs}`,
    source,
    sourceEventId: transaction.transactionId,
    label: labelOf(transaction),
    eventTimeMs: transaction.timeMs,
    observedAtMs: knownAtMs,
  };
}

export function labelOf(transaction: Transaction): 0 | 1 {
  return transaction.scenario === 0 ? 0 : 1;
}
