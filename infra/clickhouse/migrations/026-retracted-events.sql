-- What is taken back is found by its place in the source, which every reader of a view's log knows.

ALTER TABLE {database}.rekeyed_events {on_cluster}
    MODIFY COLUMN IF EXISTS `retracts` COMMENT 'Offset, in the same source partition, of an earlier event that this one takes back, null for an event of its own; the view ends with #r then';
