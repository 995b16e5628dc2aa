/** The read-only user for analysts. The listener is bound to loopback, so the password is a name tag, not a secret. */
export const analystUser = { name: 'analyst', password: 'analyst' } as const;

/** A path may hold any character but a zero byte. */
const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const gigabyte = 1024 ** 3;

export function clickhouseConfiguration(usersFile: string): string {
  return `<clickhouse>
  <users_config>${escapeXml(usersFile)}</users_config>
  <log-level>warning</log-level>
  <max_server_memory_usage>${4 * gigabyte}</max_server_memory_usage>
  <mark_cache_size>${gigabyte / 16}</mark_cache_size>
  <uncompressed_cache_size>0</uncompressed_cache_size>
  <max_concurrent_queries>200</max_concurrent_queries>
  <query_log>
    <database>system</database>
    <table>query_log</table>
    <flush_interval_milliseconds>7500</flush_interval_milliseconds>
    <ttl>event_date + INTERVAL 2 DAY DELETE</ttl>
  </query_log>
</clickhouse>
`;
}

/**
 * The default user must stay without a password (the program logs in as it). The analyst may set what shapes an answer, but
 * not its own limits (0 would lift them, hence the lower bounds), and holds SELECT only: no writes, no files, no addresses.
 */
export const clickhouseUsers = `<clickhouse>
  <profiles>
    <default>
      <log_queries>1</log_queries>
    </default>
    <analyst>
      <readonly>2</readonly>
      <max_execution_time>60</max_execution_time>
      <max_memory_usage>${gigabyte}</max_memory_usage>
      <constraints>
        <max_execution_time><min>1</min><max>60</max></max_execution_time>
        <max_memory_usage><min>1</min><max>${gigabyte}</max></max_memory_usage>
      </constraints>
    </analyst>
  </profiles>
  <quotas>
    <default><interval><duration>3600</duration><queries>0</queries><errors>0</errors><result_rows>0</result_rows><read_rows>0</read_rows><execution_time>0</execution_time></interval></default>
  </quotas>
  <users>
    <default>
      <password></password>
      <networks><ip>::1</ip><ip>127.0.0.1</ip></networks>
      <profile>default</profile>
      <quota>default</quota>
    </default>
    <${analystUser.name}>
      <password>${analystUser.password}</password>
      <networks><ip>::1</ip><ip>127.0.0.1</ip></networks>
      <profile>analyst</profile>
      <quota>default</quota>
      <grants><query>GRANT SELECT, SHOW, dictGet ON *.*</query></grants>
    </${analystUser.name}>
  </users>
</clickhouse>
`;
