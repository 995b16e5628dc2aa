-- How many transactions were scored in each hour, how high, and how many failed.
SELECT
    endpoint,
    toStartOfHour(event_time) AS hour,
    count() AS scored,
    round(avg(score), 4) AS mean_score,
    countIf(status = 'error') AS failed
FROM v_predictions
GROUP BY endpoint, hour
ORDER BY endpoint, hour;
