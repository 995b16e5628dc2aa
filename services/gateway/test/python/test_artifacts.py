"""Artifacts of runs: up, down, list, delete, and paths that lead elsewhere."""

import json
import os
import re

import mlflow
import numpy as np
import pandas as pd
import pytest
from mlflow import artifacts
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository


def paths(client, run, path=None):
    return [(file.path, file.is_dir, file.file_size) for file in client.list_artifacts(run, path)]


def test_files_go_up_are_listed_and_come_down(client, run, tmp_path):
    file = tmp_path / "hello.txt"
    file.write_text("hello")
    client.log_artifact(run, str(file))
    client.log_artifact(run, str(file), "deep/er")
    assert paths(client, run) == [("deep", True, None), ("hello.txt", False, 5)]
    assert paths(client, run, "deep") == [("deep/er", True, None)]
    assert paths(client, run, "deep/er") == [("deep/er/hello.txt", False, 5)]
    down = client.download_artifacts(run, "deep/er/hello.txt", str(tmp_path / "."))
    assert open(down).read() == "hello"


def test_folders_go_up_and_come_down_whole(client, run, tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    for name, content in (("a.txt", b"a"), ("sub/b.bin", bytes(range(256))), ("sub/deep/c.txt", b"")):
        file = source / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    target.mkdir()
    client.log_artifacts(run, str(source), "folder")
    down = client.download_artifacts(run, "folder", str(target))
    assert open(os.path.join(down, "sub/b.bin"), "rb").read() == bytes(range(256))
    assert sorted(os.listdir(down)) == ["a.txt", "sub"]
    assert open(os.path.join(down, "sub/deep/c.txt")).read() == ""


def test_a_file_of_some_megabytes_comes_back_byte_for_byte(client, run, tmp_path):
    content = np.random.default_rng(1).bytes(5_000_000)
    file = tmp_path / "big.bin"
    file.write_bytes(content)
    client.log_artifact(run, str(file))
    assert paths(client, run) == [("big.bin", False, 5_000_000)]
    (tmp_path / "down").mkdir()
    assert open(client.download_artifacts(run, "big.bin", str(tmp_path / "down")), "rb").read() == content


def test_a_file_goes_up_in_parts_where_the_client_may(client, run, tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD", "true")
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE", "1000000")
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE", "6000000")
    content = np.random.default_rng(2).bytes(13_000_000)
    file = tmp_path / "parts.bin"
    file.write_bytes(content)
    client.log_artifact(run, str(file))
    (tmp_path / "down").mkdir()
    assert open(client.download_artifacts(run, "parts.bin", str(tmp_path / "down")), "rb").read() == content


def test_a_file_is_replaced_by_the_next_of_its_name(client, run):
    client.log_text(run, "one", "note.txt")
    client.log_text(run, "other", "note.txt")
    assert paths(client, run) == [("note.txt", False, 5)]
    assert artifacts.load_text(client.get_run(run).info.artifact_uri + "/note.txt") == "other"


@pytest.mark.parametrize("name", ["with space.txt", "ü模型.txt", "100%.txt", "a+b&c=d.txt", "semi;colon.txt", ".hidden"])
def test_names_of_any_kind(client, run, name):
    client.log_text(run, "content", f"folder/{name}")
    assert paths(client, run, "folder") == [(f"folder/{name}", False, 7)]
    assert artifacts.load_text(artifacts.download_artifacts(run_id=run, artifact_path=f"folder/{name}")) == "content"


def test_an_empty_list_of_no_artifacts(client, run):
    assert paths(client, run) == []
    assert paths(client, run, "nobody") == []


def test_a_file_lists_as_nothing(client, run):
    client.log_text(run, "x", "file.txt")
    assert paths(client, run, "file.txt") == []


def test_what_is_not_there_cannot_be_downloaded(client, run, tmp_path):
    with pytest.raises(Exception, match="404|No such|not exist|not found|Failed to download"):
        client.download_artifacts(run, "nobody.txt", str(tmp_path))


def test_files_and_folders_are_deleted(client, run):
    for name in ("keep.txt", "gone.txt", "folder/a.txt", "folder/b.txt"):
        client.log_text(run, "x", name)
    repository = get_artifact_repository(client.get_run(run).info.artifact_uri)
    repository.delete_artifacts("gone.txt")
    repository.delete_artifacts("folder")
    assert paths(client, run) == [("keep.txt", False, 1)]


def test_texts_dicts_images_and_figures(client, experiment):
    import matplotlib.pyplot as plt

    with mlflow.start_run() as run:
        mlflow.log_text("hello", "t.txt")
        mlflow.log_dict({"a": [1, 2]}, "d.json")
        mlflow.log_dict({"a": "b"}, "d.yaml")
        mlflow.log_image(np.zeros((4, 4, 3), dtype=np.uint8), "i.png")
        figure, axes = plt.subplots()
        axes.plot([1, 2])
        mlflow.log_figure(figure, "f.png")
        plt.close(figure)
    uri = run.info.artifact_uri
    assert artifacts.load_text(f"{uri}/t.txt") == "hello"
    assert artifacts.load_dict(f"{uri}/d.json") == {"a": [1, 2]}
    assert artifacts.load_image(f"{uri}/i.png").size == (4, 4)
    assert [name for name, _, _ in paths(client, run.info.run_id)] == ["d.json", "d.yaml", "f.png", "i.png", "t.txt"]


def test_images_of_steps(client, experiment):
    with mlflow.start_run() as run:
        for step in range(2):
            mlflow.log_image(np.full((4, 4, 3), step, dtype=np.uint8), key="dogs", step=step)
        mlflow.flush_artifact_async_logging()
    names = [name for name, _, _ in paths(client, run.info.run_id, "images")]
    assert len([name for name in names if re.match(r"images/dogs.step.1.timestamp.\d+.[^.]+\.png$", name)]) == 1
    assert len(names) == 4


def test_tables_are_added_to(client, experiment):
    with mlflow.start_run() as run:
        mlflow.log_table({"input": ["a"], "score": [1.0]}, "table.json")
        mlflow.log_table(pd.DataFrame({"input": ["b"], "score": [2.0]}), "table.json")
    table = mlflow.load_table("table.json", run_ids=[run.info.run_id])
    assert list(table["input"]) == ["a", "b"]
    logged = json.loads(client.get_run(run.info.run_id).data.tags["mlflow.loggedArtifacts"])
    assert logged == [{"path": "table.json", "type": "table"}]


def test_the_addresses_of_artifacts(client, run):
    client.log_text(run, "hello", "a/b.txt")
    assert artifacts.load_text(f"runs:/{run}/a/b.txt") == "hello"
    assert [file.path for file in artifacts.list_artifacts(run_id=run)] == ["a"]
    assert [file.path for file in artifacts.list_artifacts(artifact_uri=f"runs:/{run}/a")] == ["a/b.txt"]


proxied = "/api/2.0/mlflow-artifacts/artifacts/"


def test_the_proxy_gives_and_takes_files_itself(api, client, experiment, run):
    path = f"{experiment}/{run}/artifacts/direct.bin"
    put = api.session.put(api.address + proxied + path, data=b"bytes")
    assert put.status_code == 200
    got = api.session.get(api.address + proxied + path)
    assert (got.status_code, got.content) == (200, b"bytes")
    assert paths(client, run) == [("direct.bin", False, 5)]
    listed = api.ok("GET", "mlflow-artifacts/artifacts", {"path": f"{experiment}/{run}/artifacts"}, prefix="/api/2.0/")
    assert listed["files"] == [{"path": "direct.bin", "is_dir": False, "file_size": 5}]
    assert api.session.delete(api.address + proxied + path).status_code == 200
    assert api.session.get(api.address + proxied + path).status_code == 404


@pytest.mark.parametrize("path", ["..%2Fup", "a/..%2F..%2Fup", "%2Fetc%2Fpasswd", "%2e%2e/up", "%252e%252e%252fup"])
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_paths_that_lead_elsewhere_are_refused(api, method, path):
    response = api.session.request(method, api.address + proxied + path, data=b"x" if method == "PUT" else None)
    assert response.status_code in (400, 404)
    assert "root:" not in response.text


@pytest.mark.parametrize("path", ["..", "../x", "/etc", "a/../../b", "file:///etc"])
def test_a_list_of_elsewhere_is_refused(api, run, path):
    assert api.refused("GET", "artifacts/list", {"run_id": run, "path": path})[:2] == (400, "INVALID_PARAMETER_VALUE")
