"""The model registry: models, versions, aliases, stages, tags, search."""

import mlflow
import pytest
from refusals import code_of, text_of


@pytest.fixture
def model(client, unique):
    """The name of a registered model of the test's own."""
    return client.create_registered_model(unique("model")).name


@pytest.fixture(scope="module")
def source(client, unique):
    """A run that has a model's file, and where that lies."""
    run = client.create_run(client.create_experiment(unique("source"))).info
    client.log_text(run.run_id, "flavors: {}", "model/MLmodel")
    return run.run_id, f"{run.artifact_uri}/model"


@pytest.fixture
def version(client, model, source):
    """A model with one version."""
    client.create_model_version(model, source[1], run_id=source[0])
    return model


def test_a_new_model_is_read_back(client, unique):
    name = unique("model")
    client.create_registered_model(name, tags={"team": "risk"}, description="what it is")
    found = client.get_registered_model(name)
    assert (found.name, found.description, found.tags, found.aliases) == (name, "what it is", {"team": "risk"}, {})
    assert found.latest_versions == []
    assert found.last_updated_timestamp >= found.creation_timestamp > 0


def test_a_models_name_is_taken_once(client, model):
    assert code_of(client.create_registered_model, model) == "RESOURCE_ALREADY_EXISTS"
    assert f"Registered Model (name={model}) already exists" in text_of(client.create_registered_model, model)


@pytest.mark.parametrize("name", ["", " ", "a/b", "a:b"])
def test_a_models_name_must_be_a_name(api, name):
    assert api.refused("POST", "registered-models/create", {"name": name})[:2] == (400, "INVALID_PARAMETER_VALUE")


def test_an_unknown_model_does_not_exist(client, unique):
    name = unique("nobody")
    for call in (
        lambda: client.get_registered_model(name),
        lambda: client.update_registered_model(name, "d"),
        lambda: client.rename_registered_model(name, f"{name}2"),
        lambda: client.delete_registered_model(name),
        lambda: client.set_registered_model_tag(name, "k", "v"),
        lambda: client.get_model_version(name, "1"),
        lambda: client.set_registered_model_alias(name, "a", "1"),
    ):
        assert code_of(call) == "RESOURCE_DOES_NOT_EXIST"
    assert f"Registered Model with name={name} not found" in text_of(client.get_registered_model, name)


def test_a_model_is_described_renamed_and_deleted(client, version, unique):
    client.update_registered_model(version, "new words")
    assert client.get_registered_model(version).description == "new words"
    renamed = unique("renamed")
    client.rename_registered_model(version, renamed)
    assert code_of(client.get_registered_model, version) == "RESOURCE_DOES_NOT_EXIST"
    assert client.get_model_version(renamed, "1").name == renamed
    client.delete_registered_model(renamed)
    assert code_of(client.get_registered_model, renamed) == "RESOURCE_DOES_NOT_EXIST"
    assert code_of(client.get_model_version, renamed, "1") == "RESOURCE_DOES_NOT_EXIST"


def test_a_model_is_not_renamed_to_a_taken_name(client, model, unique):
    other = client.create_registered_model(unique("other")).name
    assert code_of(client.rename_registered_model, model, other) == "RESOURCE_ALREADY_EXISTS"


def test_tags_of_models_are_set_changed_and_deleted(client, model):
    client.set_registered_model_tag(model, "team", "risk")
    client.set_registered_model_tag(model, "team", "fraud")
    assert client.get_registered_model(model).tags == {"team": "fraud"}
    client.delete_registered_model_tag(model, "team")
    client.delete_registered_model_tag(model, "team")
    assert client.get_registered_model(model).tags == {}


def test_versions_are_numbered_and_read_back(client, model, source):
    run_id, uri = source
    for number in (1, 2, 3):
        made = client.create_model_version(model, uri, run_id=run_id, tags={"n": str(number)}, description=f"the {number}")
        assert str(made.version) == str(number)
    found = client.get_model_version(model, "2")
    assert (found.name, str(found.version), found.run_id, found.source) == (model, "2", run_id, uri)
    assert (found.current_stage, found.status, found.tags, found.description) == ("None", "READY", {"n": "2"}, "the 2")
    assert found.last_updated_timestamp >= found.creation_timestamp > 0


def test_a_deleted_version_is_gone(client, version, source):
    client.create_model_version(version, source[1], run_id=source[0])
    client.delete_model_version(version, "1")
    assert code_of(client.get_model_version, version, "1") == "RESOURCE_DOES_NOT_EXIST"
    assert code_of(client.delete_model_version, version, "1") == "RESOURCE_DOES_NOT_EXIST"
    assert str(client.create_model_version(version, source[1], run_id=source[0]).version) == "3"


def test_versions_are_described_and_tagged(client, version):
    client.update_model_version(version, "1", "the first")
    client.set_model_version_tag(version, "1", "approved", "yes")
    found = client.get_model_version(version, "1")
    assert (found.description, found.tags) == ("the first", {"approved": "yes"})
    client.delete_model_version_tag(version, "1", "approved")
    assert client.get_model_version(version, "1").tags == {}
    assert code_of(client.set_model_version_tag, version, "9", "k", "v") == "RESOURCE_DOES_NOT_EXIST"


def test_the_download_address_is_the_source(client, version, source):
    assert client.get_model_version_download_uri(version, "1") == source[1]


def test_a_source_must_lie_within_the_run_that_is_named(client, model, source):
    assert code_of(client.create_model_version, model, "/etc", run_id=source[0]) == "INVALID_PARAMETER_VALUE"
    assert code_of(client.create_model_version, model, "file:///etc/passwd") == "INVALID_PARAMETER_VALUE"


def test_aliases_move_and_go(client, version, source):
    client.create_model_version(version, source[1], run_id=source[0])
    client.set_registered_model_alias(version, "champion", "1")
    client.set_registered_model_alias(version, "champion", "2")
    client.set_registered_model_alias(version, "old", "1")
    assert {alias: str(number) for alias, number in client.get_registered_model(version).aliases.items()} == {"champion": "2", "old": "1"}
    assert str(client.get_model_version_by_alias(version, "champion").version) == "2"
    assert client.get_model_version(version, "2").aliases == ["champion"]
    client.delete_registered_model_alias(version, "champion")
    client.delete_registered_model_alias(version, "champion")
    assert code_of(client.get_model_version_by_alias, version, "champion") == "INVALID_PARAMETER_VALUE"
    assert "Registered model alias champion not found" in text_of(client.get_model_version_by_alias, version, "champion")
    client.delete_model_version(version, "1")
    assert client.get_registered_model(version).aliases == {}


@pytest.mark.parametrize("alias", ["latest", "LATEST", "v12", "with space", "a/b", "x" * 256, ""])
def test_aliases_that_are_refused(api, version, alias):
    body = {"name": version, "alias": alias, "version": "1"}
    assert api.refused("POST", "registered-models/alias", body)[:2] == (400, "INVALID_PARAMETER_VALUE")


def test_an_alias_needs_a_version(client, version):
    assert code_of(client.set_registered_model_alias, version, "champion", "9") == "RESOURCE_DOES_NOT_EXIST"


def test_stages_move_and_archive(client, version, source):
    for _ in range(2):
        client.create_model_version(version, source[1], run_id=source[0])
    client.transition_model_version_stage(version, "1", "Production")
    client.transition_model_version_stage(version, "2", "staging")
    moved = client.transition_model_version_stage(version, "3", "Production", archive_existing_versions=True)
    assert moved.current_stage == "Production"
    stages = {str(v.version): v.current_stage for v in client.search_model_versions(f"name = '{version}'")}
    assert stages == {"1": "Archived", "2": "Staging", "3": "Production"}
    assert code_of(client.transition_model_version_stage, version, "1", "Nowhere") == "INVALID_PARAMETER_VALUE"
    assert "Invalid Model Version stage: Nowhere" in text_of(client.transition_model_version_stage, version, "1", "Nowhere")


def test_the_latest_versions_of_stages(client, version, source):
    client.create_model_version(version, source[1], run_id=source[0])
    client.transition_model_version_stage(version, "1", "Production")
    latest = {v.current_stage: str(v.version) for v in client.get_latest_versions(version)}
    assert latest == {"Production": "1", "None": "2"}
    assert [str(v.version) for v in client.get_latest_versions(version, ["Production"])] == ["1"]
    assert client.get_latest_versions(version, ["Staging"]) == []
    assert {str(v.version) for v in client.get_registered_model(version).latest_versions} == {"1", "2"}


@pytest.fixture(scope="module")
def family(client, unique, source):
    """Four models with a name in common, each with as many versions as its number."""
    stem = unique("Family")
    for index in range(4):
        name = f"{stem}-{index}"
        client.create_registered_model(name, tags={"kind": "even" if index % 2 == 0 else "odd"})
        for number in range(index):
            client.create_model_version(name, source[1], run_id=source[0], tags={"n": str(number + 1)})
    return stem


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("name LIKE '{0}%'", "0123"),
        ("name ILIKE '{1}%'", "0123"),
        ("name = '{0}-2'", "2"),
        ("name LIKE '{0}%' AND name != '{0}-2'", "013"),
        ("name LIKE '{0}%' AND tags.kind = 'even'", "02"),
        ("name LIKE '{0}%' AND tag.kind != 'even'", "13"),
        ("name LIKE '{0}%' AND tags.`kind` ILIKE 'O%'", "13"),
        ("name LIKE '{0}\\%'", ""),
    ],
)
def test_models_are_filtered(client, family, clause, expected):
    found = client.search_registered_models(clause.format(family, family.lower()))
    assert "".join(model.name[-1] for model in found) == expected


def test_models_are_ordered_and_paged(client, family):
    clause = f"name LIKE '{family}%'"
    assert "".join(m.name[-1] for m in client.search_registered_models(clause, order_by=["name DESC"])) == "3210"
    seen, token, pages = "", None, 0
    while token is not None or pages == 0:
        page = client.search_registered_models(clause, max_results=3, order_by=["timestamp ASC"], page_token=token)
        seen += "".join(model.name[-1] for model in page)
        token, pages = page.token or None, pages + 1
    assert (seen, pages) == ("0123", 2)


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("name = '{0}-3'", ["3", "2", "1"]),
        ("name = '{0}-3' AND tags.n = '2'", ["2"]),
        ("name = '{0}-3' AND version_number > 1", ["3", "2"]),
        ("name = '{0}-3' AND version_number = 1", ["1"]),
        ("name IN ('{0}-1', '{0}-2')", ["1", "2", "1"]),
        ("name LIKE '{0}-%' AND run_id = '{1}'", ["1", "2", "1", "3", "2", "1"]),
        ("name LIKE '{0}-%' AND run_id IN ('{1}')", ["1", "2", "1", "3", "2", "1"]),
        ("name = '{0}-3' AND source_path = '{2}'", ["3", "2", "1"]),
        ("name = '{0}-3' AND run_id = 'nobody'", []),
    ],
)
def test_versions_are_filtered(client, family, source, clause, expected):
    found = client.search_model_versions(clause.format(family, *source), order_by=["name ASC", "version_number DESC"])
    assert [str(v.version) for v in found] == expected


def test_versions_are_ordered_and_paged(client, family):
    clause = f"name = '{family}-3'"
    assert [str(v.version) for v in client.search_model_versions(clause, order_by=["version_number ASC"])] == ["1", "2", "3"]
    first = client.search_model_versions(clause, max_results=2, order_by=["version_number ASC"])
    second = client.search_model_versions(clause, max_results=2, order_by=["version_number ASC"], page_token=first.token)
    assert [str(v.version) for v in [*first, *second]] == ["1", "2", "3"]


@pytest.mark.parametrize("clause", ["color = 'red'", "name > 'x'", "tags.kind > 'x'", "name = 5", "name", "name = 'a' OR", "metrics.m > 1"])
def test_searches_that_are_refused(client, clause):
    assert code_of(client.search_registered_models, clause) == "INVALID_PARAMETER_VALUE"


@pytest.mark.parametrize("clause", ["color = 'red'", "name > 'x'", "version_number = 'x'", "source_path > 'x'", "run_id IN ()"])
def test_searches_of_versions_that_are_refused(client, clause):
    assert code_of(client.search_model_versions, clause) == "INVALID_PARAMETER_VALUE"


def test_page_sizes_out_of_bounds_are_refused(api):
    for path, wrong in (("registered-models/search", 1001), ("model-versions/search", 200_001)):
        assert api.refused("GET", path, {"max_results": wrong})[:2] == (400, "INVALID_PARAMETER_VALUE")


def test_what_a_run_logged_is_registered_by_its_address(client, source, unique):
    name = unique("registered")
    version = mlflow.register_model(f"runs:/{source[0]}/model", name, tags={"a": "b"})
    assert (str(version.version), version.run_id, version.source) == ("1", *source)
    assert client.get_model_version(name, "1").tags == {"a": "b"}


def test_a_version_is_copied_to_another_model(client, version, unique):
    target = unique("copy")
    copied = client.copy_model_version(f"models:/{version}/1", target)
    assert (copied.name, str(copied.version), copied.source) == (target, "1", f"models:/{version}/1")
    assert client.get_model_version_download_uri(target, "1") == client.get_model_version_download_uri(version, "1")
