import type { ClosingReport } from '../../../../src/catalogue/sink.js';
import type { SinkContext } from '../../../../src/catalogue/sink-type.js';
import { forEachConcurrent } from '../../../../src/deliver/for-each-concurrent.js';
import { ExportError, failureOf } from '../../../../src/errors/export-error.js';
import type { HttpAnswer, HttpRequest } from '../../../../src/http/http-client.js';
import { createHttpClient } from '../../../../src/http/undici-client.js';
import type { Secret } from '../../../../src/secrets/secret.js';
import { withDeadline } from '../../../../src/time/limits.js';
import { refusalOfKeys } from '../../install/client/refusal.js';
import { type DatadogApi, explainDatadog } from '../../shared/datadog-api.js';
import { isObject, type JsonObject } from '../../shared/json.js';
import type { Metric } from '../points.js';

/** What Datadog keeps about a metric, as far as it can be written. */
type Metadata = JsonObject;

const PERMISSIONS = 'metrics_read and metrics_metadata_write';
const CALLS_AT_ONCE = 4;
/** Milliseconds for all of it: what is delivered must not wait for it. */
const DEADLINE_MS = 20_000;
const HOUR_MS = 3_600_000;

/**
 * Sees to it that metrics have their units and descriptions in Datadog, where they differ from what is there. It never
 * fails: the first call that does ends it, with a note, and the next run goes on. A metric that was never sent before
 * is not known there for some minutes, so it is left to the next run as well.
 *
 * @param metrics those of which points were sent
 * @see https://docs.datadoghq.com/api/latest/metrics/#edit-metric-metadata
 */
export async function describeMetrics(
  metrics: readonly Metric[],
  api: DatadogApi,
  appKey: Secret,
  context: SinkContext,
  signal: AbortSignal,
): Promise<ClosingReport> {
  // Each call is tried once: there will be a next run.
  const http = createHttpClient({ ...context, explain: explainDatadog, retries: { attempts: 1 } });
  const call = <T>(name: string, request: Omit<HttpRequest<T>, 'url' | 'headers'>) =>
    http.send({
      ...request,
      url: `${api.baseUrl}/api/v1/metrics/${encodeURIComponent(name)}`,
      headers: { ...HEADERS, 'DD-API-KEY': api.apiKey, 'DD-APPLICATION-KEY': appKey },
    });
  let described = 0;
  let unknown = 0;
  const facts = () => ({ 'metrics described': described, 'metrics not known yet': unknown });
  const describe = async ({ name, ...metric }: Metric, ending: AbortSignal): Promise<void> => {
    const reading = call(name, { what: `read about ${name}`, parse: metadataIn, signal: ending });
    const there = await reading.catch(noneFor404);
    if (there === undefined) {
      unknown += 1;
      return;
    }
    const wanted = wantedOf(metric);
    if (Object.entries(wanted).every(([key, value]) => there[key] === value)) return;
    const body = Buffer.from(JSON.stringify({ ...there, ...wanted }));
    await call(name, {
      what: `describe ${name}`,
      method: 'PUT',
      body,
      parse: () => undefined,
      signal: ending,
    });
    described += 1;
  };

  try {
    const queue = fromAnother(metrics, context.clock.now());
    await withDeadline('Describing the metrics', DEADLINE_MS, signal, (ending) =>
      forEachConcurrent(CALLS_AT_ONCE, queue, (metric) => describe(metric, ending)),
    );
    return { facts: facts(), notes: [] };
  } catch (error) {
    const { message, hint } = failureOf(refusalOfKeys(error, api, PERMISSIONS));
    const notes = [
      `Units and descriptions could not all be set in Datadog, which the next run tries again: ${message}` +
        (hint === undefined ? '' : ` ${hint}`),
    ];
    return { facts: facts(), notes };
  } finally {
    await http.close();
  }
}

const HEADERS = { Accept: 'application/json', 'Content-Type': 'application/json' };

/** Each hour begins with another one, so that a limit that always ends it spares none for good. */
function fromAnother(metrics: readonly Metric[], now: number): readonly Metric[] {
  const start = Math.floor(now / HOUR_MS) % Math.max(1, metrics.length);
  return [...metrics.slice(start), ...metrics.slice(0, start)];
}

function wantedOf({ unit, description }: Omit<Metric, 'name'>): Metadata {
  return unit === undefined ? { description } : { description, unit };
}

/** What is read only is left out, and so is what is null: both are no part of what may be sent back. */
function metadataIn({ body }: HttpAnswer): Metadata {
  const json: unknown = JSON.parse(body.toString('utf8'));
  if (!isObject(json)) throw new SyntaxError('The answer is no object.');
  const { integration: _, ...writable } = json;
  return Object.fromEntries(Object.entries(writable).filter(([, value]) => value !== null));
}

function noneFor404(error: unknown): undefined {
  if (error instanceof ExportError && error.status === 404) return undefined;
  throw error;
}
