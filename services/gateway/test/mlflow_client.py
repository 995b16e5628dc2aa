"""What a data scientist does with the stock MLflow client. Each step prints one JSON document for the test to look at."""

import hashlib
import json
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("DO_NOT_TRACK", "true")
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "4")

import mlflow
import mlflow.onnx
import numpy as np
import onnx
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from onnx import TensorProto, helper

sys.path.append(str(Path(__file__).parents[2] / "tracking" / "python"))
from log_environment import log_environment


def linear_model(weight: float):
    """score = weight * (a + b): as small as an ONNX model gets."""
    inputs = helper.make_tensor_value_info("input", TensorProto.FLOAT, [None, 2])
    output = helper.make_tensor_value_info("score", TensorProto.FLOAT, [None, 1])
    weights = helper.make_tensor("w", TensorProto.FLOAT, [2, 1], [weight, weight])
    graph = helper.make_graph([helper.make_node("MatMul", ["input", "w"], ["score"])], "linear", [inputs], [output], [weights])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def refused(call) -> str:
    try:
        call()
    except MlflowException as error:
        return error.error_code
    return "accepted"


def log(name: str) -> dict:
    experiment_id = mlflow.create_experiment(f"exp-{name}", tags={"team": "risk"})
    mlflow.set_experiment(f"exp-{name}")
    with mlflow.start_run(run_name="first", tags={"kind": "demo"}) as run:
        mlflow.log_param("lr", 0.1)
        mlflow.log_params({"depth": 3, "trees": 100})
        for step in range(5):
            mlflow.log_metric("auc", 0.8 + step / 100, step=step)
        mlflow.log_metrics({"loss": float("nan"), "f1": 0.5})
        mlflow.set_tag("note", "it's ü")
        mlflow.log_text("hello", "notes/hello.txt")
        mlflow.log_dict({"a": 1}, "config.json")
        info = mlflow.onnx.log_model(linear_model(1.0), name="model", registered_model_name=f"model-{name}", save_as_external_data=False, pip_requirements=["onnx"])
        immutable = refused(lambda: MlflowClient().log_param(run.info.run_id, "lr", 0.2))
        MlflowClient().log_param(run.info.run_id, "lr", 0.1)
    with mlflow.start_run(run_name="second") as second_run:
        log_environment(variables=["MLFLOW_TRACKING_URI"])
        mlflow.log_param("lr", 0.2)
        mlflow.log_metric("auc", 0.7)
        second = mlflow.onnx.log_model(linear_model(2.0), name="model", registered_model_name=f"model-{name}", save_as_external_data=False, pip_requirements=["onnx"])
    return {
        "experiment_id": experiment_id,
        "run_id": run.info.run_id,
        "model_id": info.model_id,
        "version": info.registered_model_version,
        "second_run_id": second_run.info.run_id,
        "second_version": second.registered_model_version,
        "second_param": immutable,
    }


def promote(name: str) -> dict:
    client = MlflowClient()
    model = f"model-{name}"
    client.set_registered_model_alias(model, "champion", "1")
    client.set_registered_model_alias(model, "champion", "2")
    client.transition_model_version_stage(model, "1", "Production", archive_existing_versions=True)
    client.set_model_version_tag(model, "1", "approved", "yes")
    client.update_model_version(model, "1", description="the first")
    return {"champion": client.get_model_version_by_alias(model, "champion").version}


def find(name: str) -> dict:
    client = MlflowClient()
    experiment = client.get_experiment_by_name(f"exp-{name}")
    runs = client.search_runs([experiment.experiment_id], "metrics.auc > 0.75 AND params.depth = '3' AND tags.kind = 'demo'")
    ordered = client.search_runs([experiment.experiment_id], order_by=["metrics.auc ASC"])
    run = client.get_run(runs[0].info.run_id)
    model = client.get_registered_model(f"model-{name}")
    versions = client.search_model_versions(f"name = 'model-{name}'")
    loaded = mlflow.onnx.load_model(f"models:/model-{name}@champion")
    scored = mlflow.pyfunc.load_model(f"models:/model-{name}/1").predict(np.array([[1.0, 2.0]], dtype=np.float32))
    with tempfile.TemporaryDirectory() as folder:
        path = mlflow.artifacts.download_artifacts(artifact_uri=f"models:/model-{name}@champion", dst_path=folder)
        with open(os.path.join(path, "model.onnx"), "rb") as file:
            content = file.read()
        text_path = client.download_artifacts(run.info.run_id, "notes/hello.txt", folder)
        with open(text_path) as file:
            text = file.read()
    return {
        "found": [r.info.run_name for r in runs],
        "ordered": [r.info.run_name for r in ordered],
        "params": run.data.params,
        "metrics": {k: repr(v) for k, v in run.data.metrics.items()},
        "tags": {k: v for k, v in run.data.tags.items() if not k.startswith("mlflow.")},
        "status": run.info.status,
        "history": [(m.step, round(m.value, 4)) for m in client.get_metric_history(run.info.run_id, "auc")],
        "artifacts": sorted(f.path for f in client.list_artifacts(run.info.run_id)),
        "notes": sorted(f.path for f in client.list_artifacts(run.info.run_id, "notes")),
        "text": text,
        "aliases": model.aliases,
        "versions": sorted((v.version, v.current_stage, v.run_id == run.info.run_id) for v in versions),
        "production": [v.version for v in client.get_latest_versions(f"model-{name}", ["Production"])],
        "outputs": [o.model_id for o in run.outputs.model_outputs],
        "logged_models": len(client.search_logged_models([experiment.experiment_id])),
        "champion_weight": onnx.numpy_helper.to_array(loaded.graph.initializer[0]).ravel().tolist(),
        "score": float(next(iter(scored.values()))[0][0]),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def manage(name: str) -> dict:
    """The calls that change and take away, and what is refused."""
    client = MlflowClient()
    experiment = client.get_experiment_by_name(f"exp-{name}")
    run = client.create_run(experiment.experiment_id, run_name="doomed")
    run_id = run.info.run_id
    client.log_batch(run_id, metrics=[mlflow.entities.Metric("m", 1.0, 1, 0)], tags=[mlflow.entities.RunTag("t", "1")])
    client.delete_tag(run_id, "t")
    client.set_terminated(run_id, "FAILED")
    client.delete_run(run_id)
    after_delete = [r.info.run_name for r in client.search_runs([experiment.experiment_id])]
    deleted = [r.info.run_name for r in client.search_runs([experiment.experiment_id], run_view_type=mlflow.entities.ViewType.DELETED_ONLY)]
    write_to_deleted = refused(lambda: client.log_metric(run_id, "m", 2.0))
    client.restore_run(run_id)
    restored = client.get_run(run_id)
    other = client.create_experiment(f"other-{name}")
    client.rename_experiment(other, f"renamed-{name}")
    client.set_experiment_tag(other, "k", "v")
    client.delete_experiment(other)
    client.create_registered_model(f"temp-{name}", tags={"a": "b"}, description="d")
    client.rename_registered_model(f"temp-{name}", f"temp2-{name}")
    models = [m.name for m in client.search_registered_models(f"name LIKE 'temp%{name}'")]
    client.delete_registered_model(f"temp2-{name}")
    return {
        "after_delete": after_delete,
        "deleted": deleted,
        "write_to_deleted": write_to_deleted,
        "restored": [restored.info.lifecycle_stage, restored.info.status, restored.data.metrics, "t" in restored.data.tags],
        "experiment": client.get_experiment(other).lifecycle_stage,
        "models": models,
        "model_gone": refused(lambda: client.get_registered_model(f"temp2-{name}")),
        "same_name": refused(lambda: client.create_experiment(f"exp-{name}")),
        "bad_filter": refused(lambda: client.search_runs([experiment.experiment_id], "metrics.a > 1 OR")),
        "no_run": refused(lambda: client.get_run("0" * 32)),
        "no_alias": refused(lambda: client.get_model_version_by_alias(f"model-{name}", "nobody")),
        "bad_path": refused(lambda: client.log_artifact(restored.info.run_id, __file__, "../../up")),
    }


if __name__ == "__main__":
    step, name = sys.argv[1], sys.argv[2]
    print("RESULT " + json.dumps({"log": log, "promote": promote, "find": find, "manage": manage}[step](name)))
