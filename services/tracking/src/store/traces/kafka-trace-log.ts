import type { EventBus } from '@millrace/events';
import { topics } from '@millrace/schemas';
import { KafkaFollowedLog } from '../kafka-followed-log.ts';

export class KafkaTraceLog extends KafkaFollowedLog<'TraceEvent'> {
  constructor(bus: EventBus) {
    super(bus, topics['tracking.traces']);
  }
}
