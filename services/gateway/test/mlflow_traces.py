"""What somebody who builds with language models does with the stock MLflow client. Each step prints one JSON document."""

import json
import os
import sys

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("DO_NOT_TRACK", "true")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "4")

import mlflow
import requests
from mlflow import MlflowClient
from mlflow.entities import AssessmentSource, SpanType, TraceData
from mlflow.entities.trace_metrics import AggregationType, MetricAggregation, MetricViewType
from mlflow.exceptions import MlflowException
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository
from mlflow.tracing.attachments import Attachment
from mlflow.tracing.client import TracingClient


def refused(call) -> str:
    try:
        call()
    except MlflowException as error:
        return error.error_code
    return "accepted"


@mlflow.trace(span_type=SpanType.RETRIEVER)
def retrieve(question: str) -> list:
    return [{"page_content": f"about {question}", "score": 0.5, "rank": 1}]


@mlflow.trace(name="answer", span_type=SpanType.CHAIN, attributes={"model": "tiny", "largest": 2**53 + 1})
def answer(question: str) -> str:
    mlflow.update_current_trace(tags={"team": question[:4]}, metadata={"mlflow.trace.session": f"s-{question}"})
    documents = retrieve(question)
    if question == "fail":
        raise ValueError("no answer to ü")
    return documents[0]["page_content"]


def names(traces) -> list:
    return [trace.info.request_preview for trace in traces]


def trace(name: str) -> dict:
    experiment = mlflow.set_experiment(f"traces-{name}")
    with mlflow.start_run() as run:
        answer("risk")
    linked = answer("price")
    try:
        answer("fail")
    except ValueError:
        pass
    mlflow.flush_trace_async_logging()
    ids = [experiment.experiment_id]
    found = mlflow.search_traces(locations=ids, return_type="list")
    whole = mlflow.get_trace(found[0].info.trace_id)
    first = found[-1]
    client = MlflowClient()
    client.link_traces_to_run([found[1].info.trace_id], run.info.run_id)
    search = lambda filter, **more: names(mlflow.search_traces(locations=ids, filter_string=filter, return_type="list", **more))
    return {
        "experiment_id": experiment.experiment_id,
        "linked": linked,
        "trace_ids": [t.info.trace_id for t in found],
        "previews": names(found),
        "states": [t.info.state.value for t in found],
        "spans": [[s.name, s.span_type, s.status.status_code.value] for s in first.data.spans],
        "outputs": first.data.spans[0].outputs,
        "documents": first.data.spans[1].outputs,
        "largest": first.data.spans[0].attributes["largest"],
        "exception": [e.name for e in whole.data.spans[0].events],
        "failed": whole.data.spans[0].status.description,
        "tags": first.info.tags["team"],
        "run": first.info.trace_metadata["mlflow.sourceRun"] == run.info.run_id,
        "of_run": sorted(search(f"run_id = '{run.info.run_id}'")),
        "errors": search("status = 'ERROR'"),
        "by_tag": search("tags.team = 'pric'"),
        "by_name": len(search("trace.name = 'answer'")),
        "by_session": search("metadata.`mlflow.trace.session` = 's-risk'"),
        "by_span": search("span.name = 'answer' AND span.status = 'ERROR'"),
        "by_span_type": len(search("span.type = 'RETRIEVER'")),
        "by_attribute": len(search("span.attributes.model LIKE 'ti%'")),
        "by_content": search("span.content LIKE '%about price%'"),
        "by_pattern": search("tags.team RLIKE '^r.s'"),
        "by_either": sorted(search("tags.team = 'risk' OR tags.team = 'fail'")),
        "ordered": search(None, order_by=["timestamp_ms ASC"]),
        "pages": names(mlflow.search_traces(locations=ids, max_results=2, return_type="list")),
        "bad_filter": refused(lambda: search("nonsense = 'x'")),
        "missing": refused(lambda: client.get_trace("tr-" + "0" * 32)),
    }


def assess(name: str) -> dict:
    experiment = mlflow.get_experiment_by_name(f"traces-{name}")
    ids = [experiment.experiment_id]
    traces = mlflow.search_traces(locations=ids, return_type="list")
    trace_id = traces[0].info.trace_id
    source = AssessmentSource(source_type="HUMAN", source_id="ada")
    feedback = mlflow.log_feedback(trace_id=trace_id, name="helpful", value=False, source=source, rationale="wrong")
    mlflow.log_feedback(trace_id=traces[1].info.trace_id, name="score", value=0.75)
    expectation = mlflow.log_expectation(trace_id=trace_id, name="facts", value={"a": [1, "x"]}, source=source)
    override = mlflow.override_feedback(trace_id=trace_id, assessment_id=feedback.assessment_id, value=True)
    mlflow.update_assessment(trace_id, expectation.assessment_id, mlflow.entities.Expectation(name="facts", value="plain", source=source))
    search = lambda filter: len(mlflow.search_traces(locations=ids, filter_string=filter, return_type="list"))
    held = {a.assessment_id: a for a in mlflow.get_trace(trace_id).info.assessments}
    found = [search("feedback.helpful = 'true'"), search("feedback.helpful = 'false'"), search("feedback.score > 0.7"), search("expectation.facts = 'plain'"), search("feedback.helpful IS NULL")]
    mlflow.delete_assessment(trace_id, override.assessment_id)
    client = MlflowClient()
    client.set_trace_tag(trace_id, "reviewed", "yes")
    client.set_trace_tag(trace_id, "gone", "soon")
    client.delete_trace_tag(trace_id, "gone")
    return {
        "valid": [held[feedback.assessment_id].valid, held[override.assessment_id].valid],
        "expectation": mlflow.get_assessment(trace_id, expectation.assessment_id).value,
        "rationale": held[feedback.assessment_id].rationale,
        "found": found,
        "restored": mlflow.get_assessment(trace_id, feedback.assessment_id).valid,
        "deleted": refused(lambda: mlflow.get_assessment(trace_id, override.assessment_id)),
        "tags": {k: v for k, v in client.get_trace(trace_id).info.tags.items() if k in ("reviewed", "gone")},
        "no_tag": refused(lambda: client.delete_trace_tag(trace_id, "gone")),
    }


def delete(name: str) -> dict:
    experiment = mlflow.get_experiment_by_name(f"traces-{name}")
    client = MlflowClient()
    search = lambda: [t.info.trace_id for t in mlflow.search_traces(locations=[experiment.experiment_id], return_type="list", include_spans=False)]
    before = search()
    by_id = client.delete_traces(experiment.experiment_id, trace_ids=[before[0], "tr-unknown"])
    oldest = client.delete_traces(experiment.experiment_id, max_timestamp_millis=2**42, max_traces=1)
    return {
        "deleted": [by_id, oldest],
        "left": search() == before[1:-1],
        "gone": refused(lambda: client.get_trace(before[0])),
        "nothing_said": refused(lambda: client.delete_traces(experiment.experiment_id)),
    }


def agent(question: str) -> str:
    """One call of a model below an agent that says the sum of all calls."""
    with mlflow.start_span(name="agent", span_type=SpanType.AGENT) as root:
        root.set_inputs({"image": Attachment(content_type="image/png", content_bytes=question.encode())})
        if question == "sum":
            root.set_attribute("mlflow.chat.tokenUsage", {"input_tokens": 30, "output_tokens": 6, "total_tokens": 36})
        with mlflow.start_span(name="call", span_type=SpanType.LLM) as call:
            call.set_attribute("mlflow.chat.tokenUsage", {"input_tokens": 20, "output_tokens": 4, "total_tokens": 24})
            call.set_attribute("mlflow.llm.model", "tiny")
            call.set_attribute("mlflow.llm.cost", {"input_cost": 0.25, "output_cost": 0.5, "total_cost": 0.75})
    return root.trace_id


def measure(name: str) -> dict:
    experiment = mlflow.set_experiment(f"measured-{name}")
    ids = [experiment.experiment_id]
    trace_ids = [agent("sum"), agent("one")]
    mlflow.flush_trace_async_logging()
    mlflow.log_feedback(trace_id=trace_ids[0], name="score", value=0.5)
    mlflow.log_feedback(trace_id=trace_ids[1], name="score", value=True)

    def points(view: str, metric: str, aggregation, **more) -> list:
        aggregations = [aggregation if isinstance(aggregation, MetricAggregation) else MetricAggregation(AggregationType(aggregation))]
        found = TracingClient().store.query_trace_metrics(ids, MetricViewType(view), metric, aggregations, **more)
        # The client reads them out of a map of protobuf, which has no order: by name here, the time bucket before the type.
        by_name = [sorted(point.dimensions.items(), reverse=True) for point in found]
        return [[*(value for _, value in names), *point.values.values()] for names, point in zip(by_name, found)]

    def file(**asked) -> requests.Response:
        return requests.get(f"{os.environ['MLFLOW_TRACKING_URI']}/ajax-api/3.0/mlflow/get-trace-artifact", params=asked)

    traces = mlflow.search_traces(locations=ids, return_type="list", order_by=["timestamp_ms ASC"])
    whole = mlflow.get_trace(trace_ids[0])
    attachment = Attachment.parse_ref(whole.data.spans[0].inputs["image"])["attachment_id"]
    repo = get_artifact_repository(whole.info.tags["mlflow.artifactLocation"])
    spans = TraceData.from_dict(file(request_id=trace_ids[0]).json()).spans
    return {
        "tokens": [[trace.info.token_usage["total_tokens"], trace.info.cost["total_cost"]] for trace in [*traces, whole]],
        "metrics": [
            points("TRACES", "trace_count", "COUNT", dimensions=["trace_status"]),
            points("TRACES", "total_tokens", "SUM", dimensions=["trace_name"], filters=["trace.status = 'OK'"]),
            points("TRACES", "input_tokens", MetricAggregation(AggregationType.PERCENTILE, 50)),
            points("SPANS", "span_count", "COUNT", dimensions=["span_type"], time_interval_seconds=10**9, start_time_ms=0, end_time_ms=2**42),
            points("SPANS", "total_cost", "SUM", dimensions=["span_model_name"]),
            points("ASSESSMENTS", "assessment_value", "AVG", dimensions=["assessment_name"]),
            points("ASSESSMENTS", "assessment_count", "COUNT", filters=["trace.tag.none = 'x'"]),
        ],
        "refused": refused(lambda: points("SPANS", "trace_count", "COUNT")),
        "spans": [[span.name, span.span_type, span.trace_id == trace_ids[0]] for span in spans],
        "attachment": [repo.download_trace_attachment(attachment).decode(), file(request_id=trace_ids[0], path=attachment).text],
        "no_attachment": [file(request_id=trace_ids[0], path=path).status_code for path in ("../traces.json", "0" * 8 + attachment[8:])],
        "no_trace": file(request_id="tr-" + "0" * 32).json()["error_code"],
    }


if __name__ == "__main__":
    step, name = sys.argv[1], sys.argv[2]
    print("RESULT " + json.dumps({"trace": trace, "assess": assess, "delete": delete, "measure": measure}[step](name)), flush=True)
