import type { SqlParameters } from './sql-parameters.ts';

/** Always in a total; others only where a span says them. */
const always: readonly string[] = ['input_tokens', 'output_tokens', 'total_tokens'];
/**
 * How many rounds are left in each round through the spans of a trace by their start. A parent that begins after its child,
 * by the clock of another host, is met in the next one; a trace in which nobody says a sum needs the last round only.
 */
const rounds = `if(arrayExists(span -> span.3 = 1 AND span.4 = 1, nodes), [2, 1, 0], [0])`;

/**
 * trace_id and value of every trace whose spans say tokens, over `live_spans`: what `totalsOf` in flow/traces says of one
 * trace. A fold, and not a function of a span that looks at the others: that would copy all of a trace for each of its spans.
 */
export function tokenTotalsSql(key: string, parameters: SqlParameters): string {
  const name = parameters.text(key);
  const has = always.includes(key) ? 'toUInt8(1)' : `toUInt8(JSONHas(token_usage, ${name}))`;
  return `
    SELECT trace_id, if(folded.3 = 1, folded.2, NULL) AS value FROM (
      SELECT trace_id, arrayFold((done, span) -> (
          if((span.3 = 1 OR has(done.1, span.2)) AND span.4 = 1 AND NOT has(done.1, span.1), arrayPushBack(done.1, span.1), done.1),
          done.2 + if(span.7 = 1 AND span.3 = 1 AND NOT has(done.1, span.2), span.5, 0),
          toUInt8(done.3 = 1 OR (span.7 = 1 AND span.3 = 1 AND NOT has(done.1, span.2) AND span.6 = 1))),
        arrayFlatten(arrayMap(left -> arrayMap(span -> tupleConcat(span, tuple(toUInt8(left = 0))), nodes), ${rounds})),
        (CAST([], 'Array(String)'), toFloat64(0), toUInt8(0))) AS folded
      FROM (
        SELECT trace_id, arrayMap(span -> span.2, arraySort(groupArray((start_ns, (
            span_id, parent_span_id, says, is_parent, if(says = 1, JSONExtractFloat(token_usage, ${name}), 0), ${has}))))) AS nodes
        FROM (
          SELECT one.trace_id AS trace_id, one.span_id AS span_id, one.parent_span_id AS parent_span_id,
            one.start_ns AS start_ns, one.token_usage AS token_usage,
            toUInt8(isValidJSON(one.token_usage) AND JSONType(one.token_usage) = 'Object') AS says,
            toUInt8(parents.trace_id != '') AS is_parent
          FROM live_spans AS one
          LEFT JOIN (SELECT DISTINCT trace_id, parent_span_id AS span_id FROM live_spans WHERE parent_span_id != '') AS parents
            ON parents.trace_id = one.trace_id AND parents.span_id = one.span_id
          WHERE one.trace_id IN (SELECT trace_id FROM live_spans WHERE token_usage != ''))
        WHERE says = 1 OR is_parent = 1
        GROUP BY trace_id))`;
}
