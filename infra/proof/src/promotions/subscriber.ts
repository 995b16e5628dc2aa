/** A program that follows promotions with the client library, and dies at the deliveries it is told to. Arguments: GROUP MODEL FILE before|after N */
import { createHash } from 'node:crypto';
import { connect, onModelPromoted, readPromotedModel } from '@millrace/client';
import { HandledPromotions } from './handled-promotions.ts';

const [group = '', model = '', file = '', when = 'after', count = '0'] = process.argv.slice(2);
const handled = new HandledPromotions(file);
const platform = await connect();
let left = Number(count);

function dieIfTold(at: string): void {
  if (at === when && left === 1) process.kill(process.pid, 'SIGKILL');
}

await onModelPromoted(platform.bus, {
  group,
  model,
  onPromoted: async (promotion) => {
    const isNew = !handled.has(promotion.eventId);
    dieIfTold('before');
    if (isNew) {
      const bytes = await readPromotedModel(platform.gatewayUrl, promotion);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      handled.add({ eventId: promotion.eventId, version: promotion.version, sha256 });
    }
    // Handled and not acknowledged: the same promotion comes again.
    dieIfTold('after');
    left -= 1;
  },
});
