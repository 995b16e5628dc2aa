"""Traces of MLflow 3: written by the client's own tracing, read, searched, tagged, assessed, deleted."""

import mlflow
import pytest
from mlflow.entities import SpanType


@pytest.fixture
def trace_id(experiment):
    """A finished trace of two spans."""

    @mlflow.trace(name="inner", span_type=SpanType.TOOL)
    def inner(x):
        return x + 1

    @mlflow.trace(name="outer", span_type=SpanType.CHAIN, attributes={"kind": "demo"})
    def outer(x):
        mlflow.update_current_trace(tags={"team": "risk"})
        return inner(x) * 2

    assert outer(3) == 8
    mlflow.flush_trace_async_logging()
    return mlflow.get_last_active_trace_id()


def test_a_trace_is_read_back_with_its_spans(client, experiment, trace_id):
    trace = client.get_trace(trace_id)
    assert (trace.info.trace_id, trace.info.experiment_id, trace.info.state.value) == (trace_id, experiment, "OK")
    assert trace.info.tags["team"] == "risk"
    assert trace.info.execution_duration >= 0
    spans = {span.name: span for span in trace.data.spans}
    assert set(spans) == {"outer", "inner"}
    assert spans["inner"].parent_id == spans["outer"].span_id
    assert (spans["outer"].inputs, spans["outer"].outputs) == ({"x": 3}, 8)
    assert (spans["inner"].span_type, spans["outer"].attributes["kind"]) == ("TOOL", "demo")


def test_a_trace_of_what_throws_has_an_error(client, experiment):
    with pytest.raises(ZeroDivisionError), mlflow.start_span("breaks"):
        1 / 0
    mlflow.flush_trace_async_logging()
    trace = client.get_trace(mlflow.get_last_active_trace_id())
    assert (trace.info.state.value, trace.data.spans[0].status.status_code.value) == ("ERROR", "ERROR")


@pytest.mark.parametrize("clause", [None, "trace.status = 'OK'", "tags.team = 'risk'", "span.name = 'inner'", "span.type = 'TOOL'"])
def test_traces_are_found(experiment, trace_id, clause):
    found = mlflow.search_traces(locations=[experiment], filter_string=clause, return_type="list")
    assert [trace.info.trace_id for trace in found] == [trace_id]


def test_traces_that_are_not_meant_are_not_found(experiment, trace_id):
    for clause in ("tags.team = 'other'", "trace.status = 'ERROR'", "span.name = 'nobody'"):
        assert mlflow.search_traces(locations=[experiment], filter_string=clause, return_type="list") == []


def test_tags_of_traces_are_set_and_deleted(client, trace_id):
    client.set_trace_tag(trace_id, "a", "b")
    assert client.get_trace(trace_id).info.tags["a"] == "b"
    client.delete_trace_tag(trace_id, "a")
    assert "a" not in client.get_trace(trace_id).info.tags


def test_traces_are_assessed(client, trace_id):
    made = mlflow.log_feedback(trace_id=trace_id, name="good", value=True, rationale="it is")
    mlflow.log_expectation(trace_id=trace_id, name="answer", value="8")
    assessments = {a.name: a for a in client.get_trace(trace_id).info.assessments}
    assert (assessments["good"].value, assessments["good"].rationale, assessments["answer"].value) == (True, "it is", "8")
    mlflow.delete_assessment(trace_id, made.assessment_id)
    assert [a.name for a in client.get_trace(trace_id).info.assessments] == ["answer"]


def test_traces_are_deleted(client, experiment, trace_id):
    assert client.delete_traces(experiment, trace_ids=[trace_id]) == 1
    assert mlflow.search_traces(locations=[experiment], return_type="list") == []


def test_a_trace_belongs_to_the_run_it_is_made_in(experiment):
    with mlflow.start_run() as run:
        with mlflow.start_span("inside"):
            pass
    mlflow.flush_trace_async_logging()
    found = mlflow.search_traces(locations=[experiment], run_id=run.info.run_id, return_type="list")
    assert [trace.data.spans[0].name for trace in found] == ["inside"]
