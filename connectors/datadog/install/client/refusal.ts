import { ExportError } from '../../../../src/errors/export-error.js';
import type { DatadogApi } from '../../shared/datadog-api.js';
import { appAddress } from './app-address.js';

/**
 * What the application key, or the role of the one who made it, must be allowed.
 * @see https://docs.datadoghq.com/api/latest/dashboards/
 * @see https://docs.datadoghq.com/api/latest/monitors/
 */
export const PERMISSIONS = 'dashboards_read, dashboards_write, monitors_read and monitors_write';

/** Where application keys are made. @see https://docs.datadoghq.com/account_management/api-app-keys/ */
export function keysAddress(site: string): string {
  return `${appAddress(site)}/organization-settings/application-keys`;
}

/** Two keys, the site and a missing permission all answer alike, so all of them are named. */
export function refusalOfKeys(
  error: unknown,
  { site, baseUrl }: DatadogApi,
  permissions = PERMISSIONS,
): unknown {
  if (!(error instanceof ExportError) || (error.status !== 401 && error.status !== 403)) return error;
  const what = /^Could not (.+?)(?: after \d+ tries)?: /.exec(error.message)?.[1];
  return new ExportError(
    'SINK_REFUSED',
    `Datadog refused ${what === undefined ? 'both keys' : `to ${what}`} (${error.status} from ${baseUrl}).`,
    {
      kind: 'auth',
      hint:
        `Check that \`api_key\` and \`app_key\` are an API key and an application key of the same organization; ` +
        `that \`site\`, now ${site}, is the one in your Datadog address; and that the application key and its ` +
        `owner's role have the permissions ${permissions} (${keysAddress(site)}).`,
      status: error.status,
      ...(error.requestId === undefined ? {} : { requestId: error.requestId }),
      cause: error,
    },
  );
}
