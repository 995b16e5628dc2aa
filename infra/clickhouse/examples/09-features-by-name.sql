-- Each feature service has a view with one named column a feature: v_<service>_v<version>. Here of service fraud, version 3.
SELECT
    toStartOfDay(event_time) AS day,
    count() AS vectors,
    round(avg(amount), 2) AS mean_amount,
    countIf(night) AS at_night,
    countIf(merchant IS NULL) AS without_merchant
FROM v_fraud_v3
GROUP BY day
ORDER BY day;
