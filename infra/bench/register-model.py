"""Trains a LightGBM model of 100 trees on made-up rows, logs it as ONNX with the stock mlflow client and promotes it.

    python register-model.py GATEWAY_URL NUMBER_OF_FEATURES
"""

import os
import sys

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("DO_NOT_TRACK", "true")

import lightgbm
import mlflow
import numpy
from onnxmltools.convert import convert_lightgbm
from onnxmltools.convert.common.data_types import FloatTensorType

gateway, width = sys.argv[1], int(sys.argv[2])
random = numpy.random.default_rng(7)
x = random.gamma(2.0, 50.0, size=(20_000, width))
y = (x[:, 0] + x[:, width // 2] + random.normal(0, 40, 20_000) > 260).astype(int)
model = lightgbm.LGBMClassifier(n_estimators=100, num_leaves=31, random_state=7, verbose=-1, n_jobs=2).fit(x, y)
onnx_model = convert_lightgbm(
    model, initial_types=[("features", FloatTensorType([None, width]))], zipmap=False, target_opset=15
)
mlflow.set_tracking_uri(gateway)
mlflow.set_registry_uri(gateway)
mlflow.set_experiment("bench")
with mlflow.start_run():
    mlflow.onnx.log_model(onnx_model, name="model", registered_model_name="bench")
mlflow.MlflowClient().set_registered_model_alias("bench", "champion", "1")
