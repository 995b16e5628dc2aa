"""Trains, registers and promotes with the stock mlflow client; everything here runs against any MLflow server."""

import os

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("DO_NOT_TRACK", "true")
# A request that is lost is given up and told, instead of being repeated for many minutes.
os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "30")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")

import json
import urllib.request

import lightgbm
import mlflow
import numpy
from mlflow.models import infer_signature
from onnxmltools.convert import convert_lightgbm
from onnxmltools.convert.common.data_types import FloatTensorType


def training_set(gateway, **request):
    """Rows of the platform's training set: eventId, time, keys, label, and a column a feature."""
    body = json.dumps(request).encode()
    headers = {"content-type": "application/json"}
    asked = urllib.request.Request(f"{gateway}/api/v1/training-sets", data=body, headers=headers)
    with urllib.request.urlopen(asked, timeout=300) as response:
        return [json.loads(line) for line in response if line.strip()]


def matrix(rows, names):
    return numpy.array([[numpy.nan if row[name] is None else float(row[name]) for name in names] for row in rows])


def train_and_promote(gateway, model, x, y, trees=40):
    """Gives the version that `champion` names from now on."""
    mlflow.set_tracking_uri(gateway)
    mlflow.set_registry_uri(gateway)
    mlflow.set_experiment(model)
    params = {"n_estimators": trees, "num_leaves": 15, "learning_rate": 0.1, "min_child_samples": 10, "random_state": 7}
    with mlflow.start_run() as run:
        mlflow.log_params({**params, "rows": len(y), "positive": int(y.sum())})
        classifier = lightgbm.LGBMClassifier(**params, verbose=-1, n_jobs=2).fit(x, y)
        mlflow.log_metric("accuracy", float((classifier.predict(x) == y).mean()))
        onnx_model = convert_lightgbm(
            classifier,
            initial_types=[("features", FloatTensorType([None, x.shape[1]]))],
            zipmap=False,
            target_opset=15,
        )
        signature = infer_signature(x[:5].astype(numpy.float32), classifier.predict_proba(x[:5]).astype(numpy.float32))
        mlflow.onnx.log_model(onnx_model, name="model", signature=signature, registered_model_name=model)
    client = mlflow.MlflowClient()
    version = next(v.version for v in client.search_model_versions(f"name = '{model}'") if v.run_id == run.info.run_id)
    client.set_registered_model_alias(model, "champion", version)
    return str(version)
