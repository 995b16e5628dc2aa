-- What could not be handled, by reason, with an event of each to look at: millrace trace EVENT_ID.
SELECT
    `group`,
    reason,
    count() AS records,
    any(source_event_id) AS an_event,
    any(message) AS a_message,
    max(buried_at) AS last
FROM v_dead_letters
GROUP BY `group`, reason
ORDER BY records DESC;
