-- What the running check of served against recomputed features has found.
SELECT
    lane,
    cause,
    count() AS checks,
    uniqExact(source_topic, generation, source_partition, source_offset) AS vectors,
    max(checked_at) AS last_check
FROM v_feature_parity
GROUP BY lane, cause
ORDER BY lane, cause;
