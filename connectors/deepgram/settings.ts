import { z } from 'zod';
import { duration, secret, serviceUrl, text } from '../../src/config/settings/setting-types.js';

const concurrency = 'must be a whole number from 1 to 64';

export const sourceSettings = z.strictObject({
  type: z.literal('deepgram').describe('Where the records come from'),
  api_key: secret().describe(`Deepgram API key with usage:read, best written as \${DEEPGRAM_API_KEY}`),
  base_url: serviceUrl()
    .prefault('https://api.deepgram.com')
    .describe('Deepgram’s API: a regional, dedicated or self-hosted one; http:// to this machine only'),
  projects: z
    .union([z.literal('all'), z.array(text()).min(1, 'must name a project, or be all')], {
      error: 'must be all, or a list of project ids or names',
    })
    .default('all')
    .describe('all, or a list of project ids or names'),
  max_concurrency: z
    .int(concurrency)
    .min(1, concurrency)
    .max(64, concurrency)
    .default(8)
    .describe('Requests in flight at most; fewer where Deepgram asks for it'),
  states: z
    .strictObject({
      unknown_after: duration({ atLeast: '1m', atMost: '90d' })
        .prefault('1h')
        .describe('A request without a response is pending before this age, and unknown from then on'),
      lost_after: duration({ atLeast: '1m', atMost: '90d' })
        .prefault('48h')
        .describe('A request without a response is lost from this age on'),
    })
    .refine((states) => states.unknown_after <= states.lost_after, {
      path: ['lost_after'],
      error: 'must not be shorter than unknown_after',
    })
    .prefault({})
    .describe('When a request that Deepgram has no response for counts as unknown, and as lost'),
});

/** Durations are in milliseconds; `base_url` has no slash at its end. */
export type SourceSettings = z.output<typeof sourceSettings>;
