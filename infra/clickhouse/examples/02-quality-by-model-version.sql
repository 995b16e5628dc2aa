-- How good each model version was on the events whose outcome is known, at a threshold of one half.
SELECT
    endpoint,
    model,
    model_version,
    count() AS labelled,
    countIf(label >= 0.5) AS positives,
    round(arrayAUC(groupArray(assumeNotNull(score)), groupArray(label >= 0.5)), 4) AS auc,
    round(countIf((score >= 0.5) AND (label >= 0.5)) / nullIf(countIf(score >= 0.5), 0), 4) AS precision,
    round(countIf((score >= 0.5) AND (label >= 0.5)) / nullIf(countIf(label >= 0.5), 0), 4) AS recall
FROM v_predictions_with_outcomes
WHERE label IS NOT NULL AND score IS NOT NULL
GROUP BY endpoint, model, model_version
ORDER BY endpoint, model, model_version;
