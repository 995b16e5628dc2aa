"""The search of runs: the whole grammar of filters, order and pages."""

import mlflow
import pytest
from mlflow.entities import Metric, Param, RunTag
from refusals import code_of, text_of


@pytest.fixture(scope="module")
def runs(client, unique):
    """Six runs, known by the letter that is their name."""
    experiment_id = client.create_experiment(unique("search"))
    ids = {}
    for index, letter in enumerate("abcdef"):
        run = client.create_run(experiment_id, start_time=1000 * (index + 1), run_name=letter, tags={"mlflow.user": f"user{index % 2}"})
        ids[letter] = run.info.run_id
        metrics = [Metric("loss", float(index), 1, 0), Metric("my metric/top.1", index * 10.0, 1, 0)]
        if letter == "e":
            metrics[0] = Metric("loss", float("nan"), 1, 0)
        if letter == "f":
            metrics = []
        params = [Param("model", "Tree" if index < 3 else "Linear"), Param("depth", str(index))]
        tags = [RunTag("stage", "prod")] if index % 2 == 0 else [RunTag("other key", "50% off_now")]
        client.log_batch(run.info.run_id, metrics=metrics, params=params[: 1 if letter == "d" else 2], tags=tags)
        if index < 2:
            client.set_terminated(run.info.run_id, "FAILED" if letter == "b" else "FINISHED", end_time=5000 + index)
    return experiment_id, ids


def names(found):
    return "".join(run.info.run_name for run in found)


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("", "abcdef"),
        ("metrics.loss = 1", "b"),
        ("metrics.loss != 1", "acde"),
        ("metrics.loss > 1", "cd"),
        ("metrics.loss >= 1", "bcd"),
        ("metrics.loss < 1", "a"),
        ("metric.loss <= 1.0", "ab"),
        ("metrics.loss > -1e2", "abcd"),
        ("metrics.`my metric/top.1` >= 30", "de"),
        ('metrics."my metric/top.1" = 10', "b"),
        ("metrics.nobody > 0", ""),
        ("params.model = 'Tree'", "abc"),
        ('params.model = "Tree"', "abc"),
        ("parameters.model != 'Tree'", "def"),
        ("param.model LIKE 'T%'", "abc"),
        ("params.model LIKE 't%'", ""),
        ("params.model ILIKE 't_ee'", "abc"),
        ("params.depth = '3'", ""),
        ("params.depth IS NULL", "d"),
        ("params.depth IS NOT NULL", "abcef"),
        ("tags.stage = 'prod'", "ace"),
        ("tag.stage != 'prod'", ""),
        ("tags.stage IS NULL", "bdf"),
        ("tags.`other key` LIKE '50%'", "bdf"),
        ("tags.\"other key\" ILIKE '%OFF_NOW'", "bdf"),
        ("attributes.status = 'RUNNING'", "cdef"),
        ("status != 'RUNNING'", "ab"),
        ("attribute.status = 'FAILED'", "b"),
        ("attr.run_name = 'c'", "c"),
        ("run_name ILIKE 'C'", "c"),
        ("`run name` = 'd'", "d"),
        ("Run name != 'd'", None),
        ("user_id = 'user1'", "bdf"),
        ("attributes.user_id LIKE 'user%'", "abcdef"),
        ("start_time > 2000 AND start_time <= 4000", "cd"),
        ("attributes.start_time = 1000", "a"),
        ("created >= 5000", "ef"),
        ("end_time > 5000", "b"),
        ("end_time < 6000", "ab"),
        ("artifact_uri LIKE 'mlflow-artifacts:/%'", "abcdef"),
        ("metrics.loss >= 1 AND params.model = 'Tree' AND tags.stage = 'prod'", "c"),
        ("metrics.loss >= 1 and metrics.`my metric/top.1` < 30", "bc"),
    ],
)
def test_filters(client, runs, clause, expected):
    experiment_id, _ = runs
    if expected is None:
        assert code_of(client.search_runs, [experiment_id], clause) == "INVALID_PARAMETER_VALUE"
    else:
        assert "".join(sorted(names(client.search_runs([experiment_id], clause)))) == expected


def test_filters_by_run_ids(client, runs):
    experiment_id, ids = runs
    some = f"'{ids['a']}', '{ids['c']}'"
    assert "".join(sorted(names(client.search_runs([experiment_id], f"run_id IN ({some})")))) == "ac"
    assert "".join(sorted(names(client.search_runs([experiment_id], f"attributes.run_id NOT IN ({some})")))) == "bdef"
    assert code_of(client.search_runs, [experiment_id], "run_id IN (1, 2)") == "INVALID_PARAMETER_VALUE"
    assert names(client.search_runs([experiment_id], f"run_id = '{ids['b']}'")) == "b"
    assert "".join(sorted(names(client.search_runs([experiment_id], f"run_id != '{ids['b']}'")))) == "acdef"


@pytest.mark.parametrize(
    ("order_by", "expected"),
    [
        (None, "fedcba"),
        ([], "fedcba"),
        (["start_time"], "abcdef"),
        (["attributes.start_time DESC"], "fedcba"),
        (["metrics.loss"], "abcdef"),
        (["metrics.loss DESC"], "dcbaef"),
        (["metrics.`my metric/top.1` DESC"], "edcbaf"),
        (["params.model ASC"], "fedcba"),
        (["params.model DESC", "start_time ASC"], "abcdef"),
        (["params.depth DESC"], "fecbad"),
        (["tags.stage ASC", "start_time ASC"], "acebdf"),
        (["attributes.run_name DESC"], "fedcba"),
        (["status ASC", "run_name ASC"], "bacdef"),
        (["end_time ASC"], "abfedc"),
    ],
)
def test_orders(client, runs, order_by, expected):
    experiment_id, _ = runs
    assert names(client.search_runs([experiment_id], order_by=order_by)) == expected


@pytest.mark.parametrize("order_by", [None, ["metrics.loss ASC"], ["params.model DESC"]])
def test_pages_without_gap_or_repeat(client, runs, order_by):
    experiment_id, _ = runs
    whole = names(client.search_runs([experiment_id], order_by=order_by))
    seen, token, sizes = "", None, []
    while token is not None or not sizes:
        page = client.search_runs([experiment_id], max_results=4, order_by=order_by, page_token=token)
        seen += names(page)
        sizes.append(len(page))
        token = page.token or None
    assert (seen, sizes) == (whole, [4, 2])


def test_a_page_size_or_token_out_of_bounds_is_refused(client, api, runs):
    experiment_id, _ = runs
    body = {"experiment_ids": [experiment_id]}
    for wrong in ({"max_results": 50_001}, {"max_results": 0}, {"page_token": "no token"}):
        assert api.refused("POST", "runs/search", {**body, **wrong})[:2] == (400, "INVALID_PARAMETER_VALUE")


@pytest.mark.parametrize(
    "clause",
    [
        "metrics.loss > 'text'",
        "params.model = 5",
        "params.model > 'Tree'",
        "tags.stage",
        "tags.stage = prod",
        "color.stage = 'prod'",
        "attributes.color = 'red'",
        "start_time = 'x'",
        "status LIKE",
        "run_id IN ()",
        "metrics.loss IS NULL",
        "params.model = 'Tree",
        "'; DROP TABLE runs; --",
    ],
)
def test_clauses_that_are_refused(client, runs, clause):
    experiment_id, _ = runs
    assert code_of(client.search_runs, [experiment_id], clause) == "INVALID_PARAMETER_VALUE"


@pytest.mark.parametrize("order_by", [["color.x"], ["metrics.loss UP"], ["attributes.color"], ["nonsense clause here"]])
def test_orders_that_are_refused(client, runs, order_by):
    experiment_id, _ = runs
    assert code_of(client.search_runs, [experiment_id], order_by=order_by) == "INVALID_PARAMETER_VALUE"


def test_a_quote_in_a_value_is_a_value(client, experiment):
    run = client.create_run(experiment, tags={"note": "it's; DROP TABLE runs --"})
    assert [r.info.run_id for r in client.search_runs([experiment], 'tags.note = "it\'s; DROP TABLE runs --"')] == [run.info.run_id]


def test_search_over_several_experiments_or_none(client, unique):
    experiments = [client.create_experiment(unique("exp")) for _ in range(2)]
    made = [client.create_run(experiment, start_time=1000 + index).info.run_id for index, experiment in enumerate(experiments)]
    assert [r.info.run_id for r in client.search_runs(experiments)] == made[::-1]
    assert client.search_runs([]) == []


def test_what_is_found_carries_params_metrics_tags_and_inputs(client, runs):
    experiment_id, ids = runs
    (run,) = client.search_runs([experiment_id], "run_name = 'b'")
    assert run.info.run_id == ids["b"]
    assert (run.data.params, run.data.metrics) == ({"model": "Tree", "depth": "1"}, {"loss": 1.0, "my metric/top.1": 10.0})
    assert run.data.tags["other key"] == "50% off_now"
    assert run.inputs.dataset_inputs == []


def test_a_write_is_found_at_once(client, experiment):
    with mlflow.start_run() as run:
        for step in range(3):
            mlflow.log_metric("m", step, step=step)
            (found,) = client.search_runs([experiment], f"metrics.m = {step}")
            assert found.info.run_id == run.info.run_id


def test_the_refusal_of_a_filter_names_the_clause(client, runs):
    experiment_id, _ = runs
    assert "color" in text_of(client.search_runs, [experiment_id], "attributes.color = 'red'")
