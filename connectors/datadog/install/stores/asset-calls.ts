import type { Json } from '../../../../src/text/json-object.js';
import type { Call, DatadogClient } from '../../shared/datadog-client.js';
import type { OfficialApi, Use } from '../../shared/official-client.js';

/** Calls one API and resolves with the answer as it came. `what`: as it follows "Could not". */
export type AssetCall<Api> = (what: string, use: Use<Api>, tries?: Pick<Call, 'tries'>) => Promise<Json>;

export function assetCalls<Api>(
  api: OfficialApi<Api>,
  client: DatadogClient,
  signal: AbortSignal,
): AssetCall<Api> {
  return async (what, use, tries = {}) => (await client.call(api, { what, signal, ...tries }, use)).json;
}
