import type { ConnectionSettings } from '../shared/connection-settings.js';

/**
 * Where logs go: another host than everything else.
 * @see https://docs.datadoghq.com/api/latest/logs/#send-logs
 */
export function logIntakeUrl({ api_url, site }: Omit<ConnectionSettings, 'api_key'>): string {
  return api_url ?? `https://http-intake.logs.${site}`;
}
