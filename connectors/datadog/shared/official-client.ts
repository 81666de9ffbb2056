import type { Configuration } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-common/configuration.js';
import type { HttpLibrary } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-common/http/http.js';

/**
 * Loads what every API of the official client is called with. It is done with the first payload, so that a run which
 * sends nothing can do without. An API is imported by whoever uses it, and of the models only those of such an API are in
 * the bundle (see `build/models-in-use.mjs`): with all of them it would take most of a second and 100 MB.
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
