export const artifactLocationTag = 'mlflow.artifactLocation';
/** The file in which clients before MLflow 3 keep the spans of a trace. */
export const traceDataFile = 'traces.json';
