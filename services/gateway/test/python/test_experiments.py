"""Experiments: create, find, rename, delete, restore, tags, search."""

import pytest
from mlflow.entities import ViewType
from refusals import code_of, text_of


def test_a_new_experiment_is_found_by_id_and_by_name(client, unique):
    name = unique("exp")
    experiment_id = client.create_experiment(name, tags={"team": "risk"})
    for found in (client.get_experiment(experiment_id), client.get_experiment_by_name(name)):
        assert (found.experiment_id, found.name, found.lifecycle_stage) == (experiment_id, name, "active")
        assert found.tags["team"] == "risk"
        assert found.creation_time > 0
        assert found.last_update_time >= found.creation_time


def test_ids_are_numbers_and_zero_is_the_default(client, experiment):
    assert experiment.isdigit()
    assert client.get_experiment("0").name == "Default"


def test_a_location_of_ones_own_is_kept_and_else_the_server_proxies(client, unique, experiment):
    assert client.get_experiment(experiment).artifact_location == f"mlflow-artifacts:/{experiment}"
    own = client.create_experiment(unique("exp"), artifact_location="mlflow-artifacts:/some/place")
    assert client.get_experiment(own).artifact_location == "mlflow-artifacts:/some/place"


def test_no_experiment_of_a_name_is_none(client, unique):
    assert client.get_experiment_by_name(unique("nobody")) is None


def test_an_unknown_id_does_not_exist(client):
    assert code_of(client.get_experiment, "987654321") == "RESOURCE_DOES_NOT_EXIST"
    assert "987654321" in text_of(client.get_experiment, "987654321")


def test_a_name_is_taken_once(client, unique):
    name = unique("exp")
    client.create_experiment(name)
    assert code_of(client.create_experiment, name) == "RESOURCE_ALREADY_EXISTS"
    assert name in text_of(client.create_experiment, name)


@pytest.mark.parametrize("name", ["", "   ", "x" * 501])
def test_a_name_must_be_there_and_of_bounded_length(api, name):
    assert api.refused("POST", "experiments/create", {"name": name})[:2] == (400, "INVALID_PARAMETER_VALUE")


def test_a_renamed_experiment_is_found_under_its_new_name_only(client, unique):
    old, new = unique("old"), unique("new")
    experiment_id = client.create_experiment(old)
    before = client.get_experiment(experiment_id).last_update_time
    client.rename_experiment(experiment_id, new)
    assert client.get_experiment_by_name(old) is None
    assert client.get_experiment_by_name(new).experiment_id == experiment_id
    assert client.get_experiment(experiment_id).last_update_time >= before


def test_a_deleted_experiment_keeps_its_name_until_it_is_restored(client, unique):
    name = unique("exp")
    experiment_id = client.create_experiment(name)
    client.delete_experiment(experiment_id)
    assert client.get_experiment(experiment_id).lifecycle_stage == "deleted"
    assert code_of(client.create_experiment, name) == "RESOURCE_ALREADY_EXISTS"
    assert code_of(client.delete_experiment, experiment_id) == "RESOURCE_DOES_NOT_EXIST"
    client.restore_experiment(experiment_id)
    assert client.get_experiment_by_name(name).lifecycle_stage == "active"


def test_a_deleted_experiment_takes_no_runs(client, unique):
    experiment_id = client.create_experiment(unique("exp"))
    client.delete_experiment(experiment_id)
    assert code_of(client.create_run, experiment_id) == "INVALID_PARAMETER_VALUE"


def test_tags_are_set_changed_and_deleted(client, experiment):
    client.set_experiment_tag(experiment, "owner", "ada")
    client.set_experiment_tag(experiment, "owner", "grace")
    assert client.get_experiment(experiment).tags["owner"] == "grace"


def test_a_tag_is_deleted_once(api, client, experiment):
    client.set_experiment_tag(experiment, "owner", "ada")
    request = {"experiment_id": experiment, "key": "owner"}
    api.ok("POST", "experiments/delete-experiment-tag", request)
    assert "owner" not in client.get_experiment(experiment).tags
    status, code, _ = api.refused("POST", "experiments/delete-experiment-tag", request)
    assert (status, code) == (404, "RESOURCE_DOES_NOT_EXIST")


def test_a_tag_value_that_is_too_long_is_refused(client, experiment):
    client.set_experiment_tag(experiment, "long", "x" * 5000)
    assert client.get_experiment(experiment).tags["long"] == "x" * 5000
    assert code_of(client.set_experiment_tag, experiment, "long", "x" * 20_001) == "INVALID_PARAMETER_VALUE"


@pytest.fixture(scope="module")
def family(client, unique):
    """Five experiments with a name in common; the last is deleted."""
    stem = unique("family")
    names = [f"{stem}-{index}" for index in range(5)]
    ids = [client.create_experiment(name, tags={"kind": "even" if index % 2 == 0 else "odd"}) for index, name in enumerate(names)]
    client.delete_experiment(ids[4])
    return stem, ids


def test_search_sees_active_deleted_or_all(client, family):
    stem, ids = family
    for view, expected in ((ViewType.ACTIVE_ONLY, ids[:4]), (ViewType.DELETED_ONLY, ids[4:]), (ViewType.ALL, ids)):
        found = client.search_experiments(view_type=view, filter_string=f"name LIKE '{stem}%'")
        assert sorted(e.experiment_id for e in found) == sorted(expected)


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("tags.kind = 'even'", [0, 2]),
        ("tag.kind != 'even'", [1, 3]),
        ("tags.kind ILIKE 'EV%'", [0, 2]),
        ("tags.`kind` LIKE 'o%'", [1, 3]),
        ("attribute.creation_time > 0", [0, 1, 2, 3]),
        ("last_update_time < 10", []),
    ],
)
def test_search_filters_by_tags_and_attributes(client, family, clause, expected):
    stem, ids = family
    found = client.search_experiments(filter_string=f"name LIKE '{stem}%' AND {clause}", order_by=["name ASC"])
    assert [e.experiment_id for e in found] == [ids[index] for index in expected]


def test_search_orders(client, family):
    stem, ids = family
    for order_by, expected in ((["name DESC"], ids[3::-1]), (["experiment_id ASC"], ids[:4]), (None, ids[3::-1])):
        found = client.search_experiments(filter_string=f"name LIKE '{stem}%'", order_by=order_by)
        assert [e.experiment_id for e in found] == expected


def test_search_pages_without_gap_or_repeat(client, family):
    stem, ids = family
    seen, token, pages = [], None, 0
    while token is not None or pages == 0:
        page = client.search_experiments(
            view_type=ViewType.ALL, filter_string=f"name LIKE '{stem}%'", order_by=["name"], max_results=2, page_token=token
        )
        seen += [e.experiment_id for e in page]
        token, pages = page.token or None, pages + 1
    assert (seen, pages) == (ids, 3)


@pytest.mark.parametrize("clause", ["nonsense", "color = 'red'", "name > 'x'", "name = 5", "name = 'a' OR name = 'b' OR"])
def test_search_refuses_what_it_does_not_know(client, clause):
    assert code_of(client.search_experiments, filter_string=clause) == "INVALID_PARAMETER_VALUE"


def test_search_refuses_a_page_size_beyond_its_bound(client, api):
    assert api.refused("POST", "experiments/search", {"max_results": 50_001})[:2] == (400, "INVALID_PARAMETER_VALUE")
    assert api.refused("POST", "experiments/search", {"max_results": 0})[:2] == (400, "INVALID_PARAMETER_VALUE")
    assert api.refused("GET", "experiments/search", {"max_results": 2, "page_token": "no token"})[:2] == (400, "INVALID_PARAMETER_VALUE")


def test_search_by_get_answers_as_by_post(api, family):
    stem, ids = family
    found = api.ok("GET", "experiments/search", {"max_results": 10, "filter": f"name LIKE '{stem}%'"})
    assert sorted(e["experiment_id"] for e in found["experiments"]) == sorted(ids[:4])
