import { connect } from './connect/connect.ts';
import { onModelPromoted } from './on-model-promoted.ts';

/** A subscriber for tests to kill: says what it was told, and dies itself before it acknowledges the nth promotion. */
const [group = '', dieAt = '0'] = process.argv.slice(2);
const { bus } = await connect({ clientId: 'promotion-child' });
let told = 0;
await onModelPromoted(bus, {
  group,
  onPromoted: async ({ eventId }) => {
    await new Promise((resolve) => process.stdout.write(`${eventId}\n`, resolve));
    told += 1;
    if (told === Number(dieAt)) process.kill(process.pid, 'SIGKILL');
  },
});
