import type { z } from 'zod';
import { suggestion } from '../../../src/config/mistakes/suggestion.js';
import { foundInVariable } from '../../../src/config/references/found-variables.js';
import { secret, serviceUrl, text } from '../../../src/config/settings/setting-types.js';

/**
 * Datadog's sites.
 * @see https://docs.datadoghq.com/getting_started/site/
 */
const datadogSites: readonly string[] = [
  'datadoghq.com',
  'us3.datadoghq.com',
  'us5.datadoghq.com',
  'datadoghq.eu',
  'ap1.datadoghq.com',
  'ap2.datadoghq.com',
  'uk1.datadoghq.com',
  'ddog-gov.com',
  'us2.ddog-gov.com',
];

/** What every Datadog sink is configured with, to be spread into its settings. */
export const connectionSettings = {
  api_key: foundInVariable(
    'DD_API_KEY',
    secret().describe('Datadog API key; where it is left out, that of the environment variable DD_API_KEY'),
  ),
  site: foundInVariable(
    'DD_SITE',
    text()
      .default('datadoghq.com')
      .describe('Datadog site; where it is left out, that of the environment variable DD_SITE')
      .meta({ examples: [...datadogSites] }),
  ),
  api_url: serviceUrl()
    .optional()
    .describe('Every call goes there instead of to the site: for a proxy or a test'),
};

export type ConnectionSettings = z.output<z.ZodObject<typeof connectionSettings>>;

/**
 * The arguments of `refine` for an object with {@link connectionSettings}: any site goes with an `api_url`, for then
 * nothing is sent to it. Looked at even when another setting is wrong, so that all mistakes are shown together.
 */
export const knownSite: Parameters<z.ZodObject['refine']> = [
  (settings) => {
    const { site, api_url } = settings ?? {};
    return typeof site !== 'string' || site === '' || api_url !== undefined || datadogSites.includes(site);
  },
  {
    path: ['site'],
    error: ({ input }) => {
      const { site } = input as { readonly site: string }; // only called for a site that is a text
      return `must be one of ${datadogSites.join(', ')}${suggestion(site, datadogSites)}`;
    },
    when: () => true,
  },
];
