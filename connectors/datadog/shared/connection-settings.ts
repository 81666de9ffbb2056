import type { z } from 'zod';
import { suggestion } from '../../../src/config/mistakes/suggestion.js';
import { secret, serviceUrl, text } from '../../../src/config/settings/setting-types.js';
import type { Secret } from '../../../src/secrets/secret.js';

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

/** What every Datadog sink is configured with. */
export interface ConnectionSettings {
  readonly api_key: Secret;
  readonly site: string;
  readonly api_url?: string | undefined;
}

/** The settings of {@link ConnectionSettings}, to be spread into those of a sink. */
export const connectionSettings = {
  api_key: secret().describe(`Datadog API key, best written as \${DD_API_KEY}`),
  site: text()
    .default('datadoghq.com')
    .describe('Datadog site')
    .meta({ examples: [...datadogSites] }),
  api_url: serviceUrl()
    .optional()
    .describe('Every call goes there instead of to the site: for a proxy or a test'),
};

/**
 * The arguments of `refine` for an object with {@link connectionSettings}: any site goes with an `api_url`, for then
 * nothing is sent to it. Looked at even when another setting is wrong, so that all mistakes are shown together.
 */
export const knownSite: Parameters<z.ZodObject['refine']> = [
  isKnownSite,
  { path: ['site'], error: (issue) => siteMistake(issue.input), when: () => true },
];

function isKnownSite(settings: unknown): boolean {
  const { site, api_url } = (settings ?? {}) as { readonly site?: unknown; readonly api_url?: unknown };
  const known: readonly unknown[] = datadogSites;
  return typeof site !== 'string' || site === '' || api_url !== undefined || known.includes(site);
}

function siteMistake(settings: unknown): string {
  const { site } = settings as { readonly site: string }; // only called for a site that is a text
  return `must be one of ${datadogSites.join(', ')}${suggestion(site, datadogSites)}`;
}
