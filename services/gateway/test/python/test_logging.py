"""Metrics, params and tags: values, order, limits, batches, histories, asynchronous writes."""

import math
import time

import mlflow
import pytest
from mlflow.entities import Metric, Param, RunTag
from refusals import code_of


def test_the_latest_metric_is_that_of_the_highest_step(client, run):
    for step, value in ((0, 1.0), (2, 3.0), (1, 2.0)):
        client.log_metric(run, "m", value, timestamp=1000 + step, step=step)
    assert client.get_run(run).data.metrics == {"m": 3.0}


def test_of_one_step_the_latest_time_counts_then_the_highest_value(client, run):
    client.log_metric(run, "m", 5.0, timestamp=1000, step=1)
    client.log_metric(run, "m", 1.0, timestamp=2000, step=1)
    assert client.get_run(run).data.metrics["m"] == 1.0
    client.log_metric(run, "m", 4.0, timestamp=2000, step=1)
    client.log_metric(run, "m", 3.0, timestamp=2000, step=1)
    assert client.get_run(run).data.metrics["m"] == 4.0


def test_a_history_keeps_every_point_and_a_repeat_once(client, run):
    points = [(3, 0.3), (1, 0.1), (2, 0.2), (2, 0.2), (-1, 0.0)]
    for step, value in points:
        client.log_metric(run, "m", value, timestamp=1000, step=step)
    history = client.get_metric_history(run, "m")
    assert sorted((m.step, m.value) for m in history) == sorted(set(points))
    assert {(m.key, m.timestamp) for m in history} == {("m", 1000)}


def test_no_metric_of_a_name_is_an_empty_history(client, run):
    assert client.get_metric_history(run, "nobody") == []


def test_a_metric_may_be_no_number_or_without_bound(client, run):
    for key, value in (("nan", math.nan), ("inf", math.inf), ("less", -math.inf), ("tiny", 5e-324), ("big", 1.5e300)):
        client.log_metric(run, key, value)
    metrics = client.get_run(run).data.metrics
    assert math.isnan(metrics["nan"])
    assert (metrics["inf"], metrics["less"]) == (1.7976931348623157e308, -1.7976931348623157e308)
    assert (metrics["tiny"], metrics["big"]) == (5e-324, 1.5e300)
    assert math.isnan(client.get_metric_history(run, "nan")[0].value)


def test_a_param_has_one_value(client, run):
    client.log_param(run, "lr", 0.1)
    client.log_param(run, "lr", 0.1)
    assert code_of(client.log_param, run, "lr", 0.2) == "INVALID_PARAMETER_VALUE"
    assert client.get_run(run).data.params == {"lr": "0.1"}


def test_a_param_may_be_empty_or_in_any_script(client, run):
    values = {"empty": "", "text": "größer 模型 🚀", "lines": "a\nb\t\"c\" 'd' \\"}
    for key, value in values.items():
        client.log_param(run, key, value)
    assert client.get_run(run).data.params == values


def test_long_values_are_cut_where_mlflow_cuts_them(client, run):
    client.log_param(run, "p", "x" * 7000)
    client.set_tag(run, "t", "y" * 9000)
    data = client.get_run(run).data
    assert (len(data.params["p"]), len(data.tags["t"])) == (6000, 8000)


@pytest.mark.parametrize("key", ["a/b/c", "with space", "dots.and-dashes", "_x", "a:b", "ü", "k" * 250])
def test_keys_that_are_allowed(client, run, key):
    client.log_metric(run, key, 1)
    client.log_param(run, key, 2)
    client.set_tag(run, key, 3)
    data = client.get_run(run).data
    assert (data.metrics[key], data.params[key], data.tags[key]) == (1, "2", "3")
    assert [m.value for m in client.get_metric_history(run, key)] == [1]


@pytest.mark.parametrize("key", ["", "a?b", "../up", "/absolute", "a//b", "./a", "a/../b", "k" * 251, "new\nline"])
def test_keys_that_are_refused(api, run, key):
    for path, body in (
        ("runs/log-metric", {"key": key, "value": 1, "timestamp": 1}),
        ("runs/log-parameter", {"key": key, "value": "1"}),
        ("runs/set-tag", {"key": key, "value": "1"}),
    ):
        assert api.refused("POST", path, {"run_id": run, **body})[:2] == (400, "INVALID_PARAMETER_VALUE")


def test_a_batch_is_written_as_a_whole(client, run):
    client.log_batch(
        run,
        metrics=[Metric("a", 1.0, 10, 0), Metric("a", 2.0, 20, 1), Metric("b", 3.0, 10, 0)],
        params=[Param("p", "1"), Param("q", "2")],
        tags=[RunTag("t", "u")],
    )
    data = client.get_run(run).data
    assert (data.metrics, data.params, data.tags["t"]) == ({"a": 2.0, "b": 3.0}, {"p": "1", "q": "2"}, "u")


def test_a_batch_beyond_the_limits_is_split_by_the_client(client, run):
    client.log_batch(
        run,
        metrics=[Metric("m", index, 1000 + index, index) for index in range(2300)],
        params=[Param(f"p{index}", str(index)) for index in range(230)],
        tags=[RunTag(f"t{index}", str(index)) for index in range(120)],
    )
    data = client.get_run(run).data
    assert (data.metrics["m"], len(data.params)) == (2299, 230)
    assert data.tags["t119"] == "119"
    history = client.get_metric_history(run, "m")
    assert [(m.step, m.value) for m in sorted(history, key=lambda m: m.step)] == [(step, step) for step in range(2300)]


def batch_of(metrics=0, params=0, tags=0):
    return {
        "metrics": [{"key": f"m{index}", "value": 1, "timestamp": 1, "step": 0} for index in range(metrics)],
        "params": [{"key": f"p{index}", "value": "1"} for index in range(params)],
        "tags": [{"key": f"t{index}", "value": "1"} for index in range(tags)],
    }


@pytest.mark.parametrize("size", [{"metrics": 1001}, {"params": 101}, {"tags": 101}, {"metrics": 900, "params": 60, "tags": 60}])
def test_a_batch_beyond_the_limits_is_refused_by_the_server(api, client, run, size):
    assert api.refused("POST", "runs/log-batch", {"run_id": run, **batch_of(**size)})[:2] == (400, "INVALID_PARAMETER_VALUE")
    assert client.get_run(run).data.metrics == {}


def test_a_batch_at_the_limits_is_taken(api, client, run):
    api.ok("POST", "runs/log-batch", {"run_id": run, **batch_of(metrics=800, params=100, tags=100)})
    data = client.get_run(run).data
    assert (len(data.metrics), len(data.params)) == (800, 100)


def test_a_batch_with_a_param_twice_or_changed_is_refused(api, client, run):
    twice = {"run_id": run, "params": [{"key": "p", "value": "1"}, {"key": "p", "value": "2"}]}
    assert api.refused("POST", "runs/log-batch", twice)[:2] == (400, "INVALID_PARAMETER_VALUE")
    client.log_param(run, "q", "1")
    changed = {"run_id": run, "params": [{"key": "q", "value": "2"}]}
    assert api.refused("POST", "runs/log-batch", changed)[:2] == (400, "INVALID_PARAMETER_VALUE")
    assert client.get_run(run).data.params == {"q": "1"}


def test_an_empty_batch_changes_nothing(client, run):
    client.log_batch(run)
    assert client.get_run(run).data.metrics == {}


def test_a_history_is_read_in_pages(api, client, run):
    client.log_batch(run, metrics=[Metric("m", index, 1000 + index, index) for index in range(25)])
    seen, token, pages = [], None, 0
    while token is not None or pages == 0:
        request = {"run_id": run, "metric_key": "m", "max_results": 10, **({"page_token": token} if token else {})}
        page = api.ok("GET", "metrics/get-history", request)
        seen += [metric["step"] for metric in page["metrics"]]
        token, pages = page.get("next_page_token") or None, pages + 1
    assert (seen, pages) == (list(range(25)), 3)
    assert api.refused("GET", "metrics/get-history", {"run_id": run, "metric_key": "m", "max_results": 0})[0] == 400


def test_histories_of_several_runs_are_sampled_within_an_interval(api, client, experiment):
    runs = [client.create_run(experiment).info.run_id for _ in range(2)]
    for number, run in enumerate(runs):
        client.log_batch(run, metrics=[Metric("m", number, 1000 + step, step) for step in range(100)])
    found = api.ok(
        "GET",
        "metrics/get-history-bulk-interval",
        {"run_ids": runs, "metric_key": "m", "start_step": 10, "end_step": 59, "max_results": 5},
    )["metrics"]
    for number, run in enumerate(runs):
        own = [metric for metric in found if metric["run_id"] == run]
        assert {metric["value"] for metric in own} == {number}
        steps = [metric["step"] for metric in own]
        assert (steps[0], steps[-1]) == (10, 59)
        assert len(steps) < 20


def test_asynchronous_writes_are_there_when_they_say_so(client, run):
    writes = [client.log_metric(run, "m", step, step=step, synchronous=False) for step in range(10)]
    writes.append(client.log_param(run, "p", "1", synchronous=False))
    writes.append(client.set_tag(run, "t", "1", synchronous=False))
    writes.append(client.log_batch(run, metrics=[Metric("b", 1, 1, 1)], synchronous=False))
    for write in writes:
        write.wait()
    data = client.get_run(run).data
    assert (data.metrics, data.params, data.tags["t"]) == ({"m": 9, "b": 1}, {"p": "1"}, "1")


def test_asynchronous_writes_of_the_fluent_api_are_flushed(client, experiment):
    with mlflow.start_run() as run:
        for step in range(20):
            mlflow.log_metric("m", step, step=step, synchronous=False)
        mlflow.log_params({"p": 1, "q": 2}, synchronous=False)
        mlflow.flush_async_logging()
        data = client.get_run(run.info.run_id).data
    assert (data.metrics["m"], data.params) == (19, {"p": "1", "q": "2"})
    assert len(client.get_metric_history(run.info.run_id, "m")) == 20


def test_a_point_without_a_time_is_of_now(client, run):
    before = int(time.time() * 1000)
    client.log_metric(run, "m", 1)
    (point,) = client.get_metric_history(run, "m")
    assert (point.step, before <= point.timestamp <= int(time.time() * 1000)) == (0, True)
