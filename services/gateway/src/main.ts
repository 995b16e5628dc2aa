import { startService } from '@millrace/service-kit';
import { gateway } from './gateway.ts';

await startService(gateway);
