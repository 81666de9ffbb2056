import { z } from 'zod';
import { duration, secret, serviceUrl } from '../../src/config/settings/setting-types.js';
import { MANAGEMENT_URL } from './api/base-url.js';

const concurrency = 'must be a whole number from 1 to 64';

export const deepgramSettings = z
  .strictObject({
    api_key: secret().describe(`Deepgram API key with usage:read, best written as \${DEEPGRAM_API_KEY}`),
    base_url: serviceUrl()
      .prefault(MANAGEMENT_URL)
      .describe(
        'Deepgram’s management API, the same for every region, dedicated and self-hosted deployment; another one only for ' +
          'a proxy. http:// to this machine only',
      ),
    max_concurrency: z
      .int(concurrency)
      .min(1, concurrency)
      .max(64, concurrency)
      .default(8)
      .describe('Requests in flight at most; fewer where Deepgram asks for it'),
    unavailable: z
      .enum(['fail', 'skip'], 'must be fail or skip')
      .default('fail')
      .describe('skip: a stream that the API key may never read is said once, and is no failure'),
    states: z
      .strictObject({
        unknown_after: duration({ atLeast: '1m', atMost: '90d' })
          .prefault('1h')
          .describe('A request without a response is pending before this age, and unknown from then on'),
        lost_after: duration({ atLeast: '1m', atMost: '90d' })
          .prefault('48h')
          .describe('A request without a response is lost from this age on'),
        priced_within: duration({ atLeast: '1m', atMost: '12h' })
          .prefault('4h')
          .describe(
            'A successful request without a cost, and one whose callback is still tried, counts as final so long after its completion',
          ),
      })
      .refine((states) => states.unknown_after <= states.lost_after, {
        path: ['lost_after'],
        error: 'must not be shorter than unknown_after',
      })
      .prefault({})
      .describe('When a request that is not whole yet counts as unknown, as lost, or as final'),
  })
  .describe('The Deepgram account');

export type DeepgramSettings = z.output<typeof deepgramSettings>;
