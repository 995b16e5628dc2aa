"""Logs linear models as ONNX with the stock mlflow client and registers each as a version.

Version v scores  sum(features) * 0.001 + v,  so that a score tells which version made it. Argument: {"name", "features",
"versions", "promote": alias or null}; answers {"versions": [...]}.
"""

import json
import os
import sys

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("DO_NOT_TRACK", "true")

import mlflow
import numpy
from onnx import TensorProto, helper, numpy_helper


def linear(width, version):
    weights = numpy_helper.from_array(numpy.full((width, 1), 0.001, dtype=numpy.float32), "weights")
    bias = numpy_helper.from_array(numpy.array([[float(version)]], dtype=numpy.float32), "bias")
    graph = helper.make_graph(
        [
            helper.make_node("MatMul", ["features", "weights"], ["product"]),
            helper.make_node("Add", ["product", "bias"], ["score"]),
        ],
        "linear",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, [None, width])],
        [helper.make_tensor_value_info("score", TensorProto.FLOAT, [None, 1])],
        [weights, bias],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)


def main():
    wanted = json.loads(sys.argv[1])
    gateway = os.environ["MILLRACE_GATEWAY_URL"]
    mlflow.set_tracking_uri(gateway)
    mlflow.set_registry_uri(gateway)
    mlflow.set_experiment("proof")
    versions = []
    for version in range(1, wanted["versions"] + 1):
        with mlflow.start_run():
            # Requirements given: finding them out loads the model in another process, for seconds.
            info = mlflow.onnx.log_model(
                linear(wanted["features"], version),
                name="model",
                registered_model_name=wanted["name"],
                pip_requirements=["onnxruntime"],
            )
        versions.append(str(info.registered_model_version))
    if wanted.get("promote"):
        mlflow.MlflowClient().set_registered_model_alias(wanted["name"], wanted["promote"], versions[-1])
    print(json.dumps({"versions": versions}))


main()
