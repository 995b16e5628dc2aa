import { ClickHouse } from '../clickhouse.ts';
import { connectBus, startAuditor } from './audit-test-bed.ts';

/** A process of its own that keeps the trail until it kills itself: DEATH is `stage:pass`. */
const [stage, pass] = (process.env['DEATH'] ?? '').split(':');
let passed = 0;

const clickhouse = new ClickHouse({
  url: process.env['MILLRACE_CLICKHOUSE_URL'] ?? '',
  database: process.env['MILLRACE_CLICKHOUSE_DATABASE'] ?? '',
  username: process.env['MILLRACE_CLICKHOUSE_USERNAME'] ?? '',
  password: process.env['MILLRACE_CLICKHOUSE_PASSWORD'] ?? '',
});
await startAuditor(await connectBus(process.env), clickhouse, {
  onStage: (reached) => {
    if (reached !== stage) return;
    passed += 1;
    if (passed === Number(pass)) process.kill(process.pid, 'SIGKILL');
  },
});
