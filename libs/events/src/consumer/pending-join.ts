import type { Broker, Kafka } from 'kafkajs';
import { bareCluster } from '../log/bare-cluster.ts';

interface JoinRequest {
  readonly memberId: string;
}

/** kafkajs has these and does not say so. */
interface GroupBroker {
  joinGroup(request: JoinRequest): Promise<unknown>;
  leaveGroup(request: { readonly groupId: string; readonly memberId: string }): Promise<unknown>;
  lookupRequest(...api: readonly unknown[]): (request: JoinRequest) => unknown;
}

const watched = new WeakSet<Broker>();

/** Tells under which id each join waits; kafkajs itself tells it when the join is through, and asks a second time with the id that the broker gives. */
export function onJoinRequest(coordinator: Broker, asked: (memberId: string) => void): void {
  if (watched.has(coordinator)) return;
  watched.add(coordinator);
  const broker = coordinator as Broker & GroupBroker;
  const join = broker.joinGroup.bind(
    Object.create(broker, {
      lookupRequest: {
        value: (...api: readonly unknown[]) => {
          const make = broker.lookupRequest(...api);
          return (request: JoinRequest) => {
            asked(request.memberId);
            return make(request);
          };
        },
      },
    }) as GroupBroker,
  );
  broker.joinGroup = join;
}

/** Leaves a group, by a connection of its own: on the member's the broker answers nothing until the join is through. */
export async function leaveGroup(kafka: Kafka, member: { readonly groupId: string; readonly memberId: string }) {
  const { cluster, consumer } = bareCluster(kafka);
  try {
    await cluster.connect();
    const coordinator = (await cluster.findGroupCoordinator(member)) as Broker & GroupBroker;
    await coordinator.leaveGroup(member);
  } finally {
    await consumer.disconnect();
  }
}
