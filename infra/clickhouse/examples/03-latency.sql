-- From the source record's timestamp to the score, and the part of it that the model took, for each minute.
SELECT
    endpoint,
    toStartOfMinute(scored_at) AS minute,
    count() AS scored,
    quantilesExact(0.5, 0.95, 0.99)(dateDiff('millisecond', source_timestamp, scored_at)) AS end_to_end_ms,
    quantilesExact(0.5, 0.95, 0.99)(duration_us) AS model_us
FROM v_predictions
WHERE status = 'ok'
GROUP BY endpoint, minute
ORDER BY endpoint, minute;
