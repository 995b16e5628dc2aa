-- The last scores of the entity that was scored most, with the features as served.
WITH (
    SELECT (endpoint, entities)
    FROM v_predictions
    GROUP BY endpoint, entities
    ORDER BY count() DESC
    LIMIT 1
) AS busiest
SELECT event_time, score, label, model_version, numbers, strings
FROM v_predictions_with_outcomes
WHERE (endpoint, entities) = busiest
ORDER BY event_time DESC
LIMIT 20;
