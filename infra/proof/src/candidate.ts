/** What a candidate event is told over REST, features and score, is what it gets when it is streamed next. Options: --candidates N */
import { parseArgs } from 'node:util';
import { proveCandidate } from './candidate/prove-candidate.ts';
import { runOnPlatform } from './run/run-proof.ts';

const { values } = parseArgs({
  options: { candidates: { type: 'string', default: '1000' }, help: { type: 'boolean', default: false } },
});

if (values.help) console.log('npm run proof -- candidate [--candidates 1000]');
else
  await runOnPlatform((platform) =>
    proveCandidate(platform, { history: 2_000, candidates: Number(values.candidates) }),
  );
