"""Models of the libraries: logged, registered, loaded, scored; and what autologging writes by itself."""

import lightgbm
import mlflow
import mlflow.onnx
import mlflow.sklearn
import numpy as np
import onnx
import pandas as pd
import pytest
from mlflow.models import infer_signature
from onnx import TensorProto, helper
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from versions import named

features = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0] * 10, "b": [0.5, -0.5, 1.5, 2.5] * 10})
target = pd.Series([0, 0, 1, 1] * 10)


def linear_onnx(weight):
    """score = weight * (a + b): as small as an ONNX model gets."""
    inputs = helper.make_tensor_value_info("input", TensorProto.FLOAT, [None, 2])
    output = helper.make_tensor_value_info("score", TensorProto.FLOAT, [None, 1])
    weights = helper.make_tensor("w", TensorProto.FLOAT, [2, 1], [weight, weight])
    graph = helper.make_graph([helper.make_node("MatMul", ["input", "w"], ["score"])], "linear", [inputs], [output], [weights])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


@pytest.fixture
def autologging():
    """Autologging is a state of the process: it ends with the test."""
    yield
    mlflow.sklearn.autolog(disable=True)
    mlflow.lightgbm.autolog(disable=True)


def test_a_scikit_learn_model_is_logged_registered_and_loaded(client, experiment, unique):
    fitted = LinearRegression().fit(features, target)
    name = unique("sklearn")
    with mlflow.start_run() as run:
        info = mlflow.sklearn.log_model(
            fitted,
            **named("model"),
            registered_model_name=name,
            signature=infer_signature(features, fitted.predict(features)),
            input_example=features.head(2),
            pip_requirements=["scikit-learn"],
        )
    expected = fitted.predict(features)
    for uri in (info.model_uri, f"runs:/{run.info.run_id}/model", f"models:/{name}/1", f"models:/{name}/latest"):
        np.testing.assert_allclose(mlflow.sklearn.load_model(uri).predict(features), expected)
    version = client.get_model_version(name, "1")
    assert (version.run_id, version.status) == (run.info.run_id, "READY")
    signature = mlflow.models.get_model_info(f"models:/{name}/1").signature
    assert signature.inputs.input_names() == ["a", "b"]


def test_an_onnx_model_is_logged_registered_promoted_and_scored(client, experiment, unique):
    name = unique("onnx")
    for weight in (1.0, 2.0):
        with mlflow.start_run():
            mlflow.onnx.log_model(
                linear_onnx(weight),
                **named("model"),
                registered_model_name=name,
                save_as_external_data=False,
                pip_requirements=["onnx", "onnxruntime"],
            )
    client.set_registered_model_alias(name, "champion", "2")
    client.transition_model_version_stage(name, "1", "Production")
    loaded = mlflow.onnx.load_model(f"models:/{name}@champion")
    assert onnx.numpy_helper.to_array(loaded.graph.initializer[0]).ravel().tolist() == [2, 2]
    scores = mlflow.pyfunc.load_model(f"models:/{name}/Production").predict(np.array([[1.0, 2.0]], dtype=np.float32))
    assert float(scores["score"][0][0]) == 3


def test_a_model_of_ones_own_is_logged_and_scored(experiment):
    class Doubles(mlflow.pyfunc.PythonModel):
        def predict(self, context, model_input, params=None):
            return model_input * 2

    with mlflow.start_run():
        info = mlflow.pyfunc.log_model(**named("own"), python_model=Doubles(), pip_requirements=[])
    assert mlflow.pyfunc.load_model(info.model_uri).predict(features)["a"].tolist() == (features["a"] * 2).tolist()


def test_scikit_learn_logs_itself(client, experiment, autologging):
    mlflow.sklearn.autolog(log_input_examples=False)
    with mlflow.start_run() as run:
        LogisticRegression(C=0.5).fit(features, target)
    found = client.get_run(run.info.run_id)
    assert found.data.params["C"] == "0.5"
    assert {"training_accuracy_score", "training_log_loss", "training_roc_auc"} <= set(found.data.metrics)
    assert found.data.tags["estimator_name"] == "LogisticRegression"
    assert "training_confusion_matrix.png" in [file.path for file in client.list_artifacts(run.info.run_id)]
    assert [logged.dataset.name for logged in found.inputs.dataset_inputs] == ["dataset"]
    assert mlflow.sklearn.load_model(f"runs:/{run.info.run_id}/model").C == 0.5


def test_a_search_of_scikit_learn_logs_a_run_for_each_candidate(client, experiment, autologging):
    mlflow.sklearn.autolog(log_models=False, max_tuning_runs=3)
    with mlflow.start_run() as run:
        GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0, 10.0]}, cv=2).fit(features, target)
    found = client.get_run(run.info.run_id)
    assert found.data.params["best_C"] in ("0.1", "1.0", "10.0")
    children = client.search_runs([experiment], f"tags.mlflow.parentRunId = '{run.info.run_id}'")
    assert sorted(child.data.params["C"] for child in children) == ["0.1", "1.0", "10.0"]


def test_lightgbm_logs_itself(client, experiment, autologging):
    mlflow.lightgbm.autolog()
    training = lightgbm.Dataset(features, target)
    parameters = {"objective": "binary", "metric": "binary_logloss", "verbose": -1, "num_leaves": 3, "min_data_in_leaf": 1}
    with mlflow.start_run() as run:
        booster = lightgbm.train(parameters, training, num_boost_round=4, valid_sets=[training], valid_names=["train"])
    found = client.get_run(run.info.run_id)
    assert (found.data.params["num_leaves"], found.data.params["num_boost_round"]) == ("3", "4")
    history = client.get_metric_history(run.info.run_id, "train-binary_logloss")
    assert [point.step for point in history] == [0, 1, 2, 3]
    assert history[0].value > history[-1].value == found.data.metrics["train-binary_logloss"]
    assert {"feature_importance_split.json", "feature_importance_gain.png"} <= {f.path for f in client.list_artifacts(run.info.run_id)}
    loaded = mlflow.lightgbm.load_model(f"runs:/{run.info.run_id}/model")
    np.testing.assert_allclose(loaded.predict(features), booster.predict(features))
