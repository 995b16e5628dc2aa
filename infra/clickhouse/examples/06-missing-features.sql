-- Which numeric features are missing, and how often. Positions follow the feature service's order.
SELECT
    feature_service,
    feature_service_version,
    position,
    count() AS vectors,
    round(avg(isNaN(value)), 4) AS missing_share,
    round(avgIf(value, isFinite(value)), 4) AS mean
FROM v_feature_vectors
ARRAY JOIN numbers AS value, arrayEnumerate(numbers) AS position
GROUP BY feature_service, feature_service_version, position
ORDER BY feature_service, feature_service_version, position;
