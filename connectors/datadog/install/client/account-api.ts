import type { HttpClient } from '../../../../src/http/http-client.js';
import type { HttpClientOptions } from '../../../../src/http/http-options.js';
import { createHttpClient } from '../../../../src/http/undici-client.js';
import type { Secret } from '../../../../src/secrets/secret.js';
import type { ConnectionSettings } from '../../shared/connection-settings.js';
import { type DatadogApi, datadogApi, explainDatadog } from '../../shared/datadog-api.js';

/** Datadog's API for one who may change what is in an account. */
export interface AccountApi extends DatadogApi {
  readonly appKey: Secret;
  /** A client that tries once: a request that makes something may have made it, although no answer came. */
  readonly httpOnce: HttpClient;
  close(): Promise<void>;
}

export function accountApi(
  settings: ConnectionSettings,
  appKey: Secret,
  context: Pick<HttpClientOptions, 'log' | 'clock' | 'env' | 'userAgent'>,
): AccountApi {
  const http = createHttpClient({ ...context, explain: explainDatadog });
  const httpOnce = createHttpClient({ ...context, explain: explainDatadog, retries: { attempts: 1 } });
  return {
    ...datadogApi(settings, http),
    appKey,
    httpOnce,
    close: async () => {
      await Promise.all([http.close(), httpOnce.close()]);
    },
  };
}
