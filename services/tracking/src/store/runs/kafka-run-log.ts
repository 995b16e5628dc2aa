import type { EventBus } from '@millrace/events';
import { topics } from '@millrace/schemas';
import { KafkaFollowedLog } from '../kafka-followed-log.ts';

export class KafkaRunLog extends KafkaFollowedLog<'RunEvent'> {
  constructor(bus: EventBus) {
    super(bus, topics['tracking.runs']);
  }
}
