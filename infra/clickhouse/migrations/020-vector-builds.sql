-- While a new build of a source's state takes over from the old one both make vectors: cuts are positions in different logs.
ALTER TABLE {database}.feature_vectors {on_cluster}
    ADD COLUMN IF NOT EXISTS `builds` Array(UInt32) COMMENT 'Which build of each view\'s log the cut is a position in, in the same order; empty stands for the first build of all' AFTER `cuts`;
