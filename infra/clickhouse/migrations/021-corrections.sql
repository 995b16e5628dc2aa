-- What a vector waited for in vain, and what a view's log takes back or knows later than it happened.

ALTER TABLE {database}.feature_vectors {on_cluster}
    ADD COLUMN IF NOT EXISTS `behind` Array(String) COMMENT 'Views, as name@version, that did not hold all they were to hold within the time allowed' AFTER `builds`;

ALTER TABLE {database}.rekeyed_events {on_cluster}
    ADD COLUMN IF NOT EXISTS `retracts` Nullable(UInt64) COMMENT 'Position in the view\'s log of an earlier event that this one takes back, null for an event of its own' AFTER `strings`;

ALTER TABLE {database}.rekeyed_events {on_cluster}
    ADD COLUMN IF NOT EXISTS `available_at` Nullable(DateTime64(3, 'UTC')) COMMENT 'When the event became known, null: with its event time' AFTER `retracts`;
