-- What was said of predictions held for those of the stream only, and of promotions for one a command.

ALTER TABLE {database}.predictions {on_cluster} MODIFY COMMENT 'Every prediction with its inputs as served. One row an identity: repeated inserts are dropped by their token, and the key is the net. Partitioned by the time of the source record, or of the first arrival of the request: a repeat is written as its first was, so it meets it.';

ALTER TABLE {database}.predictions {on_cluster} COMMENT COLUMN IF EXISTS `event_id` 'Deterministic id: lane|source_topic|generation|source_partition|source_offset, or lane|rest|request_id for a request. Equal ids are the same fact';

ALTER TABLE {database}.predictions {on_cluster} COMMENT COLUMN IF EXISTS `source_offset` 'Offset of the source record; for a request a hash of its id, which is no place in an order';

ALTER TABLE {database}.predictions {on_cluster} COMMENT COLUMN IF EXISTS `request_id` 'Id of the request, of a row as id/row, null when a stream vector was scored';

ALTER TABLE {database}.predictions {on_cluster} COMMENT COLUMN IF EXISTS `source_timestamp` 'Kafka timestamp of the source record, or the time the request arrived first';

ALTER TABLE {database}.model_promotions {on_cluster} COMMENT COLUMN IF EXISTS `lane` 'registry; registry#1 and so on for further promotions of one command';
