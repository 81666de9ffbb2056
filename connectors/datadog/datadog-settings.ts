import { z } from 'zod';
import { duration, secret, serviceUrl, text } from '../../src/config/setting.js';
import { suggestion } from '../../src/config/suggestion.js';

/**
 * Datadog's sites.
 * @see https://docs.datadoghq.com/getting_started/site/
 */
const datadogSites = [
  'datadoghq.com',
  'us3.datadoghq.com',
  'us5.datadoghq.com',
  'datadoghq.eu',
  'ap1.datadoghq.com',
  'ap2.datadoghq.com',
  'uk1.datadoghq.com',
  'ddog-gov.com',
  'us2.ddog-gov.com',
] as const;

/** What the metrics of requests can be tagged with; each one multiplies the number of custom metrics. */
const datadogDimensions = [
  'project',
  'endpoint',
  'method',
  'model',
  'status',
  'deployment',
  'api_key',
  'request_tags',
] as const;
export type DatadogDimension = (typeof datadogDimensions)[number];

const DAY_MS = 86_400_000;

export const datadogMetricsSettings = z
  .strictObject({
    api_key: secret().describe(`Datadog API key, best written as \${DD_API_KEY}`),
    site: text()
      .default('datadoghq.com')
      .describe('Datadog site')
      .meta({ examples: [...datadogSites] }),
    api_url: serviceUrl()
      .optional()
      .describe('Every call goes there instead of to the site: for a proxy or a test'),
    prefix: z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9_.]{0,99}$/, {
        error: 'must start with a letter and hold letters, digits, "_" and "." only',
      })
      .default('deepgram')
      .describe('First part of every metric name'),
    tags: z.array(text()).default([]).describe('Tags that every metric gets, such as env:prod'),
    interval: duration({ atLeast: '10s', atMost: '1d' })
      .refine((ms) => DAY_MS % ms === 0, 'must divide a day evenly, such as 10s, 60s, 5m or 1h')
      .prefault('60s')
      .describe('Length of the time buckets, such as 60s, 5m or 1h; it must divide a day evenly'),
    dimensions: z
      .array(z.enum(datadogDimensions))
      .refine((names) => new Set(names).size === names.length, 'must not name the same dimension twice')
      .default(['project', 'endpoint', 'method', 'model', 'status', 'deployment'])
      .describe('What the metrics of requests are tagged with; each one multiplies the custom metrics'),
    historical: z
      .boolean()
      .default(false)
      .describe(
        'Historical Metrics Ingestion is switched on in Datadog: also send points older than an hour',
      ),
  })
  // Looked at even when another setting is wrong, so that all mistakes are shown together.
  .refine(isKnownSite, { path: ['site'], error: (issue) => wordsOnSite(issue.input), when: () => true });

/** `interval` is in milliseconds. */
export type DatadogMetricsSettings = z.output<typeof datadogMetricsSettings>;

function isKnownSite(settings: unknown): boolean {
  const { site, api_url } = (settings ?? {}) as { readonly site?: unknown; readonly api_url?: unknown };
  const known: readonly unknown[] = datadogSites;
  return typeof site !== 'string' || site === '' || api_url !== undefined || known.includes(site);
}

function wordsOnSite(settings: unknown): string {
  const { site } = settings as { readonly site: string }; // only called for a site that is a text
  return `must be one of ${datadogSites.join(', ')}${suggestion(site, datadogSites)}`;
}
