-- How long outcomes take, and how many predictions of each day still wait for one.
SELECT
    toDate(event_time) AS day,
    count() AS predictions,
    countIf(label IS NULL) AS waiting,
    round(quantileIf(0.5)(dateDiff('hour', event_time, assumeNotNull(outcome_observed_at)), label IS NOT NULL), 1) AS median_hours
FROM v_predictions_with_outcomes
GROUP BY day
ORDER BY day;
