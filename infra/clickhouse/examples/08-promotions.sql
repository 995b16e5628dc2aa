-- Which version was in charge of what, and what it scored in its time.
SELECT
    p.model AS model,
    p.target AS target,
    p.version AS version,
    p.promoted_at AS promoted_at,
    p.actor AS actor,
    count(s.event_id) AS scored
FROM v_model_promotions AS p
LEFT JOIN v_predictions AS s ON s.model = p.model AND s.model_version = p.version
GROUP BY model, target, version, promoted_at, actor
ORDER BY promoted_at;
