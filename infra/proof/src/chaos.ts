/** kill -9 and SIGSTOP of services and servers, at named crash points and at random times: nothing lost, nothing doubled. Options: --events N --rate N --seed N --rounds N */
import { parseArgs } from 'node:util';
import { StackServers, stackAddresses } from '@millrace/testing';
import { crashPoints } from './chaos/crash-points.ts';
import { proveChaos } from './chaos/prove-chaos.ts';
import { runProof } from './run/run-proof.ts';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '200000' },
    rate: { type: 'string', default: '800' },
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '2' },
    help: { type: 'boolean', default: false },
  },
});
const mergeFreeEvents = 20_000;

if (values.help) console.log('npm run proof -- chaos [--events 200000] [--rate 800] [--seed 1] [--rounds 2]');
else {
  const events = Number(values.events);
  await runProof((report) =>
    proveChaos({
      report,
      servers: new StackServers(stackAddresses()),
      events,
      ratePerSecond: Number(values.rate),
      seed: Number(values.seed),
      rounds: Number(values.rounds),
      points: crashPoints.map(({ point }) => point),
      stopMerges: events <= mergeFreeEvents,
    }),
  );
}
