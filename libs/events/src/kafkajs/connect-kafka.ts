import { connect as connectTcp, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory, Kafka, KafkaConfig as KafkaJsConfig, SASLOptions } from 'kafkajs';
import type { EventsLog, KafkaConfig } from '../events-config.ts';
import { kafkaLogCreator } from './kafka-log.ts';
import { kafkajs } from './load-kafkajs.ts';

const keepAliveMs = 60_000;

/** Retries of one request inside kafkajs: long enough for a broker's restart to be felt by nobody, short enough to answer 503. */
export const retry = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 8 } as const;

export function connectKafka(config: KafkaConfig, log: EventsLog): Kafka {
  const options: KafkaJsConfig = {
    brokers: [...config.brokers],
    clientId: config.clientId,
    connectionTimeout: 5_000,
    requestTimeout: 10_000, // of one attempt: a frozen broker is noticed before a client gives up on us
    retry,
    logLevel: kafkajs.logLevel.INFO,
    logCreator: kafkaLogCreator(log),
    socketFactory,
  };
  if (config.tls) options.ssl = config.tls.ca === undefined ? {} : { ca: config.tls.ca };
  if (config.sasl) options.sasl = config.sasl as SASLOptions;
  return new kafkajs.Kafka(options);
}

/** As kafkajs's own, and without Nagle's delay: a request's last segment would wait for the acknowledgement of the one before. */
const socketFactory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  const socket = ssl
    ? connectTls({ host, port, ...(isIP(host) ? {} : { servername: host }), ...ssl }, onConnect)
    : connectTcp({ host, port }, onConnect);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, keepAliveMs);
  return socket;
};
