import { InMemoryRequestRecords } from './in-memory-request-records.ts';
import { requestRecordsContract } from './request-records.contract.ts';

requestRecordsContract('memory', () => new InMemoryRequestRecords());
