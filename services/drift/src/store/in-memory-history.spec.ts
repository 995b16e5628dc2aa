import { InMemoryHistory } from './in-memory-history.ts';
import { contractPredictions, predictionHistoryContract } from './prediction-history.contract.ts';

predictionHistoryContract('memory', () => {
  const history = new InMemoryHistory();
  history.add(...contractPredictions);
  return Promise.resolve(history);
});
