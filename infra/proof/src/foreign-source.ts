/** A topic of a Python producer, defined by one HTTP call: one vector and one prediction an event, all equal to a recomputation. Options: --events N */
import { parseArgs } from 'node:util';
import { proveForeignSource } from './foreign-source/prove-foreign-source.ts';
import { runOnPlatform } from './run/run-proof.ts';

const { values } = parseArgs({
  options: { events: { type: 'string', default: '50000' }, help: { type: 'boolean', default: false } },
});

if (values.help) console.log('npm run proof -- foreign-source [--events 50000]');
else {
  const before = Math.floor(Number(values.events) / 2);
  await runOnPlatform((platform) =>
    proveForeignSource(platform, { before, after: Number(values.events) - before, partitions: 6 }),
  );
}
