import type { ClosingReport } from '../../../../src/catalogue/sink.js';
import type { SinkContext } from '../../../../src/catalogue/sink-type.js';
import { forEachConcurrent } from '../../../../src/deliver/for-each-concurrent.js';
import { failureOf } from '../../../../src/errors/export-error.js';
import type { HttpAnswer } from '../../../../src/http/http-client.js';
import type { Secret } from '../../../../src/secrets/secret.js';
import { isJsonObject, type JsonObject } from '../../../../src/text/json-object.js';
import { withDeadline } from '../../../../src/time/limits.js';
import { type DatadogClient, datadogClient, jsonIn } from '../../shared/datadog-client.js';
import { official } from '../../shared/official-client.js';
import { noneFor404 } from '../../shared/refusal.js';
import type { DatadogMetricsSettings } from '../metrics-settings.js';
import type { Metric } from '../points.js';

const PERMISSIONS = 'metrics_read and metrics_metadata_write';
const CALLS_AT_ONCE = 4;
/** Milliseconds for all of it: what is delivered must not wait for it. */
const TIME_LIMIT_MS = 20_000;
const HOUR_MS = 3_600_000;

/**
 * Sees to it that metrics have their units and descriptions in Datadog, where they differ from what is there. It never
 * fails: the first call that does ends it, with a note, and the next run goes on. A metric that was never sent before
 * is not known there for some minutes, so it is left to the next run as well. Without an application key nothing is done.
 *
 * @see https://docs.datadoghq.com/api/latest/metrics/#edit-metric-metadata
 */
export class MetricDescriptions {
  readonly #settings: DatadogMetricsSettings;
  readonly #context: SinkContext;
  /** Names of those that were looked at: once is enough, however often they are sent. */
  readonly #seen = new Set<string>();
  #described = 0;
  #unknown = 0;

  constructor(settings: DatadogMetricsSettings, context: SinkContext) {
    this.#settings = settings;
    this.#context = context;
  }

  /**
   * @param metrics those of which points were sent so far
   * @returns what all calls of it came to
   */
  async describe(metrics: readonly Metric[], signal: AbortSignal): Promise<ClosingReport> {
    const { app_key: key } = this.#settings;
    if (key === undefined) return { facts: {}, notes: [] };
    const notes: string[] = [];
    const fresh = metrics.filter(({ name }) => !this.#seen.has(name));
    if (fresh.length > 0) {
      try {
        await this.#describeAll(fromAnother(fresh, this.#context.clock.now()), key, signal);
      } catch (error) {
        const { message, hint } = failureOf(error);
        notes.push(
          `Units and descriptions could not all be set in Datadog, which the next run tries again: ${message}` +
            (hint === undefined ? '' : ` ${hint}`),
        );
      }
    }
    return { facts: { 'metrics described': this.#described, 'metrics not known yet': this.#unknown }, notes };
  }

  async #describeAll(queue: readonly Metric[], key: Secret, signal: AbortSignal): Promise<void> {
    const application = { key, permissions: PERMISSIONS };
    const client = datadogClient(this.#settings, this.#context, { application });
    try {
      await withDeadline('Describing the metrics', TIME_LIMIT_MS, signal, (ending) =>
        forEachConcurrent(CALLS_AT_ONCE, queue, async (metric) => {
          // Also before the answer: of tasks that end at the same time, one asks.
          if (this.#seen.has(metric.name)) return;
          this.#seen.add(metric.name);
          await this.#describe(metric, client, ending).catch((error) => {
            this.#seen.delete(metric.name);
            throw error;
          });
        }),
      );
    } finally {
      await client.close();
    }
  }

  async #describe(
    { name, unit, description }: Metric,
    client: DatadogClient,
    signal: AbortSignal,
  ): Promise<void> {
    // Each call is tried once: there will be a next run.
    const once = { signal, tries: 'once' } as const;
    const reading = { what: `read about ${name}`, read: metadataIn, ...once };
    const current = await client
      .call(official.metricMetadata, reading, (api) => api.getMetricMetadata({ metricName: name }))
      .then(({ json }) => json, noneFor404);
    if (!isJsonObject(current)) {
      this.#unknown += 1;
      return;
    }
    const wanted = unit === undefined ? { description } : { description, unit };
    if (Object.entries(wanted).every(([key, value]) => current[key] === value)) return;
    const writing = { what: `describe ${name}`, read: () => null, ...once };
    await client.call(official.metricMetadata, writing, (api, asIs) =>
      api.updateMetricMetadata({ metricName: name, body: asIs({ ...current, ...wanted }) }),
    );
    this.#described += 1;
  }
}

/** Each hour begins with another one, so that a limit that always ends it spares none for good. */
function fromAnother(metrics: readonly Metric[], now: number): readonly Metric[] {
  const start = Math.floor(now / HOUR_MS) % Math.max(1, metrics.length);
  return [...metrics.slice(start), ...metrics.slice(0, start)];
}

/** What is read only is left out, and so is what is null: both are no part of what may be sent back. */
function metadataIn(answer: HttpAnswer): JsonObject {
  const json = jsonIn(answer);
  if (!isJsonObject(json)) throw new SyntaxError('The answer is no object.');
  const { integration: _, ...writable } = json;
  return Object.fromEntries(Object.entries(writable).filter(([, value]) => value !== null));
}
