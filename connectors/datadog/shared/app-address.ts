/**
 * Where people open a site's Datadog: `https://app.datadoghq.eu`, but `https://us5.datadoghq.com`.
 * @see https://docs.datadoghq.com/getting_started/site/
 */
export function appAddress(site: string): string {
  return `https://${site.split('.').length === 2 ? 'app.' : ''}${site}`;
}

/** Where application keys are made. @see https://docs.datadoghq.com/account_management/api-app-keys/ */
export function keysAddress(site: string): string {
  return `${appAddress(site)}/organization-settings/application-keys`;
}
