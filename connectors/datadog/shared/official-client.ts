import type { Configuration } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-common/configuration.js';
import type { RequestContext } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-common/http/http.js';

/** Loads the class of an API of the official client. */
export type OfficialApi<Api> = () => Promise<new (configuration: Configuration) => Api>;

/** The APIs of the official client that are called; `build/models-in-use.mjs` names them, too. */
export const official = {
  authentication: async () =>
    (
      await import(
        '@datadog/datadog-api-client/dist/packages/datadog-api-client-v1/apis/AuthenticationApi.js'
      )
    ).AuthenticationApi,
  dashboards: async () =>
    (await import('@datadog/datadog-api-client/dist/packages/datadog-api-client-v1/apis/DashboardsApi.js'))
      .DashboardsApi,
  monitors: async () =>
    (await import('@datadog/datadog-api-client/dist/packages/datadog-api-client-v1/apis/MonitorsApi.js'))
      .MonitorsApi,
  metricMetadata: async () =>
    (await import('@datadog/datadog-api-client/dist/packages/datadog-api-client-v1/apis/MetricsApi.js'))
      .MetricsApi,
  metrics: async () =>
    (await import('@datadog/datadog-api-client/dist/packages/datadog-api-client-v2/apis/MetricsApi.js'))
      .MetricsApi,
  logs: async () =>
    (await import('@datadog/datadog-api-client/dist/packages/datadog-api-client-v2/apis/LogsApi.js')).LogsApi,
};

/** Calls an API. */
export type Use<Api> = (api: Api, asIs: AsIs) => Promise<unknown>;

/**
 * A body that goes around the client's models: it is sent as it is. They would copy each point, which for a busy day
 * takes longer than all else. Its type says anything, since the client's types do not know that.
 */
export type AsIs = (body: object) => never;

/**
 * Loads what every API of the official client is called with, and the API. It is done with the first call, so that a
 * run which sends nothing can do without. Of the models only those of such an API are in the bundle: with all of them
 * it would take most of a second and 100 MB.
 *
 * @param send carries a request, and writes the keys: the client never gets them
 */
export async function callOfficial<Api>(
  api: OfficialApi<Api>,
  use: Use<Api>,
  baseUrl: string,
  send: (request: RequestContext) => Promise<void>,
): Promise<void> {
  const [Api, { createConfiguration }, { ServerConfiguration }, { ResponseContext }, util, { logger }] =
    await Promise.all([
      api(),
      import('@datadog/datadog-api-client/dist/packages/datadog-api-client-common/configuration.js'),
      import('@datadog/datadog-api-client/dist/packages/datadog-api-client-common/servers.js'),
      import('@datadog/datadog-api-client/dist/packages/datadog-api-client-common/http/http.js'),
      import('@datadog/datadog-api-client/dist/packages/datadog-api-client-common/util.js'),
      import('@datadog/datadog-api-client/dist/logger.js'),
    ]);
  // It would write to the console, past the masking of our own log.
  logger.setLevel('silent');
  const configuration = createConfiguration({
    // A server of our own, so that DD_SITE in the environment has no say.
    baseServer: new ServerConfiguration(baseUrl, {}),
    // Left out, the keys would be taken from the environment.
    authMethods: { apiKeyAuth: '', appKeyAuth: '' },
    httpApi: {
      async send(request) {
        await send(request);
        return new ResponseContext(200, { 'content-type': 'application/json' }, NOTHING);
      },
    },
  });
  await use(new Api(configuration), (body) => new util.UnparsedObject(body) as never);
}

/** What the client gets to read: its models would try every kind of widget on every widget, and nobody wants that. */
const NOTHING = { text: async () => 'null', binary: async () => Buffer.alloc(0) };
