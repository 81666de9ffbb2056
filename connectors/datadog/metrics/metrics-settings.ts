import { z } from 'zod';
import { foundInVariable } from '../../../src/config/references/found-variables.js';
import { duration, secret } from '../../../src/config/settings/setting-types.js';
import { configuredTag } from '../shared/configured-tag.js';
import { connectionSettings, knownSite } from '../shared/connection-settings.js';
import { DIMENSIONS, type Dimension, isOptional } from '../shared/dimensions.js';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

export const datadogMetricsSettings = metricsSettings();

export function metricsSettings(table: readonly Dimension[] = DIMENSIONS) {
  const offered = table.filter(isOptional);
  const keysOf = (dimensions: readonly Dimension[]) => dimensions.map(({ key }) => key);
  return z
    .strictObject({
      ...connectionSettings,
      app_key: foundInVariable(
        'DD_APP_KEY',
        secret()
          .optional()
          .describe(
            'Datadog application key, needed for install and for units and descriptions; where it is left out, that of the environment variable DD_APP_KEY',
          ),
      ),
      prefix: z
        .string()
        .regex(/^[A-Za-z][A-Za-z0-9_.]{0,99}$/, {
          error: 'must start with a letter and hold letters, digits, "_" and "." only',
        })
        .default('deepgram')
        .describe('First part of every metric name'),
      tags: z.array(configuredTag()).default([]).describe('Tags that every metric gets, such as env:prod'),
      interval: duration({ atLeast: '10s', atMost: '1d' })
        .refine((ms) => DAY_MS % ms === 0, 'must divide a day evenly, such as 10s, 60s or 5m')
        .prefault('60s')
        .describe(
          'Length of the time buckets, such as 60s or 5m; it must divide a day evenly, and be shorter than an hour without `historical`',
        ),
      dimensions: z
        .array(z.enum(keysOf(offered)))
        .refine((names) => new Set(names).size === names.length, 'must not name the same dimension twice')
        .default(keysOf(offered.filter(({ ofRequests }) => ofRequests === 'by default')))
        .describe('What the metrics of requests are tagged with; each one multiplies the custom metrics'),
      max_series: z
        .int('must be a whole number')
        .min(100, 'must be at least 100')
        .max(1_000_000, 'must be at most 1,000,000')
        .default(5_000)
        .describe(
          'Series that a day of one project may make of one stream; beyond it, values of the tag with the most are counted as "other"',
        ),
      historical: z
        .boolean()
        .default(false)
        .describe(
          'Historical Metrics Ingestion is switched on in Datadog: also send points older than an hour',
        ),
    })
    .refine(...knownSite)
    .refine(
      ({ interval, historical }) =>
        historical !== false || typeof interval !== 'number' || interval < HOUR_MS,
      {
        path: ['interval'],
        error:
          'must be shorter than 1h, or `historical` must be true: a count of an hour could never be delivered, since it is ' +
          'older than the hour that Datadog takes when it is over',
        when: () => true,
      },
    );
}

/** `interval` is in milliseconds. */
export type DatadogMetricsSettings = z.output<typeof datadogMetricsSettings>;
