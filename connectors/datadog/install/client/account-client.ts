import type { DashboardsApi } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v1/apis/DashboardsApi.js';
import type { MonitorsApi } from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v1/apis/MonitorsApi.js';
import type { Json, JsonObject } from '../../shared/json.js';
import { loadOfficialClient } from '../../shared/official-client.js';
import type { AccountApi } from './account-api.js';
import { type JsonTransport, jsonTransport } from './json-transport.js';
import { refusalOfKeys } from './refusal.js';

/** The parts of the official client that are used, and how a body passes its models unchanged. */
export interface OfficialApis {
  readonly dashboards: DashboardsApi;
  readonly monitors: MonitorsApi;
  /** Its type says anything: the models that a body would have are just what it goes around. */
  asIs(body: JsonObject): never;
}

export interface AccountCall {
  /** As it follows "Could not": `list the dashboards`. */
  readonly what: string;
  /** Default: as often as any other call. */
  readonly tries?: 'once';
  use(apis: OfficialApis): Promise<unknown>;
}

/** Datadog's dashboards and monitors, by way of its official client. */
export interface AccountClient {
  readonly site: string;
  /**
   * The answer as it came: the client's models rename what they know and drop what they do not. Throws
   * `SINK_REFUSED` where the keys are refused, and what the HTTP client throws.
   */
  call(call: AccountCall): Promise<Json>;
}

/** Loads the official client with the first call, and of it only the two APIs that are used. */
export function accountClient(api: AccountApi, signal: AbortSignal): AccountClient {
  let loading: ReturnType<typeof load> | undefined;
  return {
    site: api.site,
    async call({ what, tries, use }) {
      loading ??= load();
      const loaded = await loading;
      const http = tries === 'once' ? api.httpOnce : api.http;
      const transport = jsonTransport({ ...api, http }, { what, signal }, loaded.official.ResponseContext);
      try {
        await use(apisOver(transport, api.baseUrl, loaded));
      } catch (error) {
        throw refusalOfKeys(error, api);
      }
      return transport.answer;
    },
  };
}

function apisOver(
  transport: JsonTransport,
  baseUrl: string,
  { official, DashboardsApi, MonitorsApi }: Awaited<ReturnType<typeof load>>,
): OfficialApis {
  const configuration = official.configurationFor(baseUrl, transport);
  return {
    dashboards: new DashboardsApi(configuration),
    monitors: new MonitorsApi(configuration),
    // What the client calls unparsed it sends as it is; its types do not know that, hence the cast.
    asIs: (body) => new official.UnparsedObject(body) as never,
  };
}

async function load() {
  const [official, { DashboardsApi }, { MonitorsApi }] = await Promise.all([
    loadOfficialClient(),
    import('@datadog/datadog-api-client/dist/packages/datadog-api-client-v1/apis/DashboardsApi.js'),
    import('@datadog/datadog-api-client/dist/packages/datadog-api-client-v1/apis/MonitorsApi.js'),
  ]);
  return { official, DashboardsApi, MonitorsApi };
}
