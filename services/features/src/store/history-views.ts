import { createWideViewStatement, type ClickHouse } from '@millrace/clickhouse';
import { isText, type ServicePlan, type SourcePlan } from '@millrace/feature-engine';

/** What analysts look things up by beside the logs themselves; each is made once a process. */
export class HistoryViews {
  readonly #clickhouse: ClickHouse;
  readonly #wide = new Set<string>();
  readonly #named = new Map<string, string>();

  constructor(clickhouse: ClickHouse) {
    this.#clickhouse = clickhouse;
  }

  /** One named column a feature. */
  async ensureWide(plan: ServicePlan): Promise<void> {
    if (this.#wide.has(plan.id)) return;
    const features = plan.features.map(({ name, type }) => ({
      name,
      kind: isText(type) ? ('string' as const) : type === 'double' ? ('number' as const) : type,
      comment: `Feature ${name} of ${plan.id}`,
    }));
    await this.#clickhouse.command(
      createWideViewStatement(this.#clickhouse, {
        name: `v_${plan.name}_v${plan.version}`,
        featureService: plan.name,
        featureServiceVersion: plan.version,
        features,
        comment: `Vectors of feature service ${plan.id} as served, one named column a feature, one row an event`,
      }),
    );
    this.#wide.add(plan.id);
  }

  /** Outcomes name the source, predictions its topic: the view that joins them looks here. */
  async nameTopic({ name, definition: { topic } }: SourcePlan): Promise<void> {
    if (this.#named.get(name) === topic) return;
    const row = { name, topic, defined_at: new Date().toISOString() };
    await this.#clickhouse.insert('sources', [row], `source:${name}:${topic}`);
    this.#named.set(name, topic);
  }
}
