import { z } from 'zod';
import { foundInVariable } from '../../../src/config/references/found-variables.js';
import { secret } from '../../../src/config/settings/setting-types.js';
import { breakdownSetting } from '../../deepgram/streams/billing-breakdown.js';
import { configuredTag } from '../shared/configured-tag.js';
import { connectionSettings, knownSite } from '../shared/connection-settings.js';

export const datadogCostsSettings = z
  .strictObject({
    ...connectionSettings,
    app_key: foundInVariable(
      'DD_APP_KEY',
      secret().describe(
        'Datadog application key; its role needs cloud_cost_management_read and _write. Where it is left out, that of the environment variable DD_APP_KEY',
      ),
    ),
    breakdown: breakdownSetting(),
    tags: z
      .array(
        configuredTag().regex(
          /^[^:]+:./,
          'must be a name and a value with a colon between them, such as env:prod',
        ),
      )
      .default([])
      .describe('Tags that every cost gets, such as env:prod'),
  })
  .refine(...knownSite);

export type DatadogCostsSettings = z.output<typeof datadogCostsSettings>;
