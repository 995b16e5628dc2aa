"""The registered file itself, fetched with the mlflow client and run by onnxruntime in this process."""

import os

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("DO_NOT_TRACK", "true")
# A request that is lost is given up and told, instead of being repeated for many minutes.
os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "30")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")

import mlflow
import numpy
import onnxruntime


class OfflineModel:
    def __init__(self, gateway, model, version, folder):
        mlflow.set_tracking_uri(gateway)
        mlflow.set_registry_uri(gateway)
        fetched = mlflow.artifacts.download_artifacts(f"models:/{model}/{version}", dst_path=folder)
        found = [os.path.join(at, name) for at, _, names in os.walk(fetched) for name in names if name.endswith(".onnx")]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(found[0], options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name

    def scores(self, x):
        outputs = self._session.run(["probabilities"], {self._input: x.astype(numpy.float32)})
        return outputs[0][:, 1].astype(float)
