import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export interface MetricOptions<L extends string> {
  /** Without the prefix: `journal_commands_total` becomes `millrace_registry_journal_commands_total`. */
  readonly name: string;
  readonly help: string;
  /** Only labels with a bounded set of values: routes, codes, endpoint names; never ids of events or users. */
  readonly labels?: readonly L[];
}

/** The metrics of one service, all named `millrace_<service>_…`, in a registry of their own. */
export class ServiceMetrics {
  readonly registry = new Registry();
  readonly #prefix: string;

  constructor(service: string) {
    this.#prefix = `millrace_${service.replaceAll('-', '_')}_`;
    collectDefaultMetrics({ register: this.registry });
  }

  counter<L extends string = never>(options: MetricOptions<L>): Counter<L> {
    return new Counter(this.#settings(options));
  }

  /** `collect` is called at each scrape, for values that are read rather than counted. */
  gauge<L extends string = never>(options: MetricOptions<L> & { collect?: (gauge: Gauge<L>) => void }): Gauge<L> {
    const { collect } = options;
    return new Gauge({
      ...this.#settings(options),
      ...(collect && {
        collect(this: Gauge<L>) {
          collect(this);
        },
      }),
    });
  }

  histogram<L extends string = never>(options: MetricOptions<L> & { buckets?: number[] }): Histogram<L> {
    return new Histogram({ ...this.#settings(options), ...(options.buckets && { buckets: options.buckets }) });
  }

  #settings<L extends string>(options: MetricOptions<L>) {
    return {
      name: this.#prefix + options.name,
      help: options.help,
      labelNames: [...(options.labels ?? [])],
      registers: [this.registry],
    };
  }
}
