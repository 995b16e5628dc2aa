-- What metrics of traces are made of, apart from the attributes: a sum over a month of spans must not read their inputs and
-- outputs. Exporters send the objects as such or as their JSON in a text.

ALTER TABLE {database}.spans {on_cluster}
    ADD COLUMN IF NOT EXISTS `token_usage` String MATERIALIZED if(startsWith(attributes['mlflow.chat.tokenUsage'], '"'), JSONExtractString(attributes['mlflow.chat.tokenUsage']), attributes['mlflow.chat.tokenUsage']) COMMENT 'Tokens that the span used as a JSON object, empty when it says none',
    ADD COLUMN IF NOT EXISTS `cost` String MATERIALIZED if(startsWith(attributes['mlflow.llm.cost'], '"'), JSONExtractString(attributes['mlflow.llm.cost']), attributes['mlflow.llm.cost']) COMMENT 'What the span cost as a JSON object, empty when it says nothing',
    ADD COLUMN IF NOT EXISTS `model` LowCardinality(String) MATERIALIZED left(JSONExtractString(attributes['mlflow.llm.model']), 500) COMMENT 'Model that was called, empty when nobody said',
    ADD COLUMN IF NOT EXISTS `model_provider` LowCardinality(String) MATERIALIZED left(JSONExtractString(attributes['mlflow.llm.provider']), 500) COMMENT 'Who offers the model, empty when nobody said';
