import { z } from 'zod';
import { text } from '../../../src/config/settings/setting-types.js';
import { configuredTag } from '../shared/configured-tag.js';
import { connectionSettings, knownSite } from '../shared/connection-settings.js';

const share = 'must be a number above 0, at most 1';

export const datadogLogsSettings = z
  .strictObject({
    ...connectionSettings,
    service: text().default('deepgram').describe('Service of every log'),
    tags: z.array(configuredTag()).default([]).describe('Tags that every log gets, such as env:prod'),
    only: z
      .enum(['errors'], { error: 'must be errors, or left out' })
      .optional()
      .describe('errors: only requests that failed or were lost; without it, all of them'),
    sample: z
      .number(share)
      .gt(0, share)
      .max(1, share)
      .default(1)
      .describe(
        'Share of the successful requests that is sent, always the same ones; the others are all sent',
      ),
    late: z
      .enum(['skip', 'send'], { error: 'must be skip or send' })
      .default('skip')
      .describe(
        'What becomes of a request older than the 18 hours that Datadog takes: left out, or sent as of its arrival',
      ),
  })
  .refine(...knownSite)
  .refine(({ only, sample }) => only === undefined || sample === 1, {
    path: ['sample'],
    error: 'is of successful requests, and `only: errors` sends none',
  });

export type DatadogLogsSettings = z.output<typeof datadogLogsSettings>;

/**
 * Where logs go: another host than everything else.
 * @see https://docs.datadoghq.com/api/latest/logs/#send-logs
 */
export function logIntakeUrl({ api_url, site }: Pick<DatadogLogsSettings, 'api_url' | 'site'>): string {
  return api_url ?? `https://http-intake.logs.${site}`;
}
