"""Scorers of MLflow 3, which belong to experiments and have versions."""

from mlflow.entities import ScorerVersion
from mlflow.genai.scorers import Guidelines, delete_scorer, get_scorer, list_scorers
from mlflow.genai.scorers.registry import list_scorer_versions
from mlflow.tracking._tracking_service.utils import _get_store
from refusals import code_of, text_of


def polite(guidelines="Be polite."):
    return Guidelines(name="polite", guidelines=guidelines, model="openai:/gpt-4o")


def test_a_scorer_is_registered_listed_and_read_by_version(experiment):
    polite().register(experiment_id=experiment)
    polite("Be very polite.").register(experiment_id=experiment)
    Guidelines(name="brief", guidelines="Be brief.", model="openai:/gpt-4o").register(experiment_id=experiment)
    assert [scorer.name for scorer in list_scorers(experiment_id=experiment)] == ["brief", "polite"]
    assert [version for _, version in list_scorer_versions(name="polite", experiment_id=experiment)] == [1, 2]
    assert get_scorer(name="polite", experiment_id=experiment).guidelines == "Be very polite."
    assert get_scorer(name="polite", experiment_id=experiment, version=1).guidelines == "Be polite."


def test_scorers_are_deleted_by_version_or_with_all(experiment):
    for _ in range(3):
        polite().register(experiment_id=experiment)
    delete_scorer(name="polite", experiment_id=experiment, version=2)
    assert [version for _, version in list_scorer_versions(name="polite", experiment_id=experiment)] == [1, 3]
    delete_scorer(name="polite", experiment_id=experiment, version="all")
    assert list_scorers(experiment_id=experiment) == []
    assert code_of(get_scorer, name="polite", experiment_id=experiment) == "RESOURCE_DOES_NOT_EXIST"


def test_a_registered_scorer_has_an_id_and_a_time(experiment):
    store = _get_store()
    first = store.register_scorer(experiment, "plain", '{"name": "plain"}')
    second = store.register_scorer(experiment, "plain", '{"name": "plain"}')
    assert isinstance(first, ScorerVersion)
    assert (first.scorer_version, second.scorer_version) == (1, 2)
    assert first.scorer_id == second.scorer_id
    assert 0 < first.creation_time <= second.creation_time


def test_what_scorers_are_refused_for(client, experiment, unique):
    store = _get_store()
    assert text_of(store.register_scorer, experiment, "bad", "{") == "INVALID_PARAMETER_VALUE: serialized_scorer must be valid JSON"
    assert "cannot be empty" in text_of(store.register_scorer, experiment, "  ", "{}")
    assert code_of(store.register_scorer, "999999999", "s", "{}") == "RESOURCE_DOES_NOT_EXIST"
    assert text_of(store.get_scorer, experiment, "none").endswith(
        f"Scorer with name 'none' not found for experiment {experiment}."
    )
    assert text_of(store.delete_scorer, experiment, "none", 3).endswith(
        f"Scorer with name 'none' not found for experiment {experiment}."
    )
    gone = client.create_experiment(unique("gone"))
    client.delete_experiment(gone)
    assert code_of(store.register_scorer, gone, "s", "{}") == "INVALID_PARAMETER_VALUE"
