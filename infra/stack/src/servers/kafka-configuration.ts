const megabyte = 1024 * 1024;

/** server.properties of one node for a laptop: everything single-replica, nothing deleted by age unless a topic says so. */
export function kafkaProperties(data: string, port: number, controllerPort: number): string {
  const properties: Record<string, string | number | boolean> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': data,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'log.cleaner.dedupe.buffer.size': 16 * megabyte,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    // Tests have their groups notice soon who was killed: MILLRACE_KAFKA_SESSION_TIMEOUT_MS.
    'group.min.session.timeout.ms': 1_000,
    // A killed broker may register again only when its old session has lapsed (9 s by default).
    'broker.session.timeout.ms': 4_000,
    'broker.heartbeat.interval.ms': 1_000,
    'auto.create.topics.enable': false,
    // Sources take records of several megabytes; a dead-letter topic takes more, by its own max.message.bytes.
    'message.max.bytes': 8 * megabyte,
    'replica.fetch.max.bytes': 32 * megabyte,
    'socket.request.max.bytes': 100 * megabyte,
    // Watermarks and fences travel in the metadata of an offset commit.
    'offset.metadata.max.bytes': 65_536,
    'log.retention.ms': -1,
    'log.retention.bytes': -1,
  };
  return `${Object.entries(properties)
    .map(([key, value]) => `${key}=${value}`)
    .join('\n')}\n`;
}

export const log4jConfiguration = `<?xml version="1.0" encoding="UTF-8"?>
<Configuration status="WARN">
  <Appenders>
    <Console name="console"><PatternLayout pattern="%d %p %m (%c{1})%n"/></Console>
  </Appenders>
  <Loggers>
    <Logger name="org.apache.kafka.common.config.AbstractConfig" level="WARN"/>
    <Logger name="kafka.server.KafkaConfig" level="WARN"/>
    <Root level="INFO"><AppenderRef ref="console"/></Root>
  </Loggers>
</Configuration>
`;
