import type { Configuration } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-common/configuration.js';
import type { HttpLibrary } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-common/http/http.js';

/**
 * Loads what every API of the official client is called with: with the one API that is used, more than half a second and
 * 130 MB, so it is done with the first payload, and a run that sends nothing can do without. An API is imported by
 * whoever uses it; the whole package takes twice as long.
 */
export async function loadOfficialClient() {
  const [
    { createConfiguration },
    { ServerConfiguration },
    { ResponseContext },
    { UnparsedObject },
    { logger },
  ] = await Promise.all([
    import('@datadog/datadog-api-client/dist/packages/datadog-api-client-common/configuration.js'),
    import('@datadog/datadog-api-client/dist/packages/datadog-api-client-common/servers.js'),
    import('@datadog/datadog-api-client/dist/packages/datadog-api-client-common/http/http.js'),
    import('@datadog/datadog-api-client/dist/packages/datadog-api-client-common/util.js'),
    import('@datadog/datadog-api-client/dist/logger.js'),
  ]);
  // It would write to the console, past the masking of our own log.
  logger.setLevel('silent');
  return {
    ResponseContext,
    UnparsedObject,
    /** For calls to one place by our own HTTP, which also writes the key. */
    configurationFor: (baseUrl: string, httpApi: HttpLibrary): Configuration =>
      createConfiguration({
        // A server of our own, so that DD_SITE in the environment has no say.
        baseServer: new ServerConfiguration(baseUrl, {}),
        // Left out, the keys would be taken from the environment.
        authMethods: { apiKeyAuth: '', appKeyAuth: '' },
        httpApi,
      }),
  };
}
