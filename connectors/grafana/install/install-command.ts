import type { CliContext } from '../../../src/catalogue/cli-context.js';
import { type LogOptions, logFor } from '../../../src/cli/options/log-options.js';
import { userAgent, version } from '../../../src/cli/version.js';
import { faultOfUrl } from '../../../src/config/settings/setting-types.js';
import { ExportError } from '../../../src/errors/export-error.js';
import { maskFor } from '../../../src/secrets/mask.js';
import { Secret } from '../../../src/secrets/secret.js';
import { EXIT } from '../../../src/summary/exit-code.js';
import { failureLines } from '../../../src/summary/failure-lines.js';
import { oneLine } from '../../../src/text/one-line.js';
import { textTable } from '../../../src/text/text-table.js';
import { RULE_UIDS } from '../assets/alert-rules.js';
import { type GrafanaAssets, grafanaAssets } from '../assets/grafana-assets.js';
import { DATA_SOURCE_UID, FOLDER_TITLE, FOLDER_UID } from '../assets/identity.js';
import { type ShownTables, shownTables, type TableOptions } from '../shown-tables.js';
import { dashboardPlace } from './dashboard-place.js';
import { dataSourceFor } from './data-source.js';
import { type GrafanaClient, grafanaClient } from './grafana-client.js';
import { type InstallChoice, installAsset, type Result, uninstallAsset } from './installed-asset.js';
import { rulePlace } from './rule-place.js';

/** Which Grafana, and which of the assets. */
export interface GrafanaOptions extends LogOptions, InstallChoice, Pick<TableOptions, 'envFile'> {
  readonly url: string;
  /** Default: `GRAFANA_TOKEN` of the environment. */
  readonly token?: string | undefined;
  /** Only the dashboard; with `alerts`, or with neither, both. */
  readonly dashboard: boolean;
  readonly alerts: boolean;
}

export interface InstallOptions extends GrafanaOptions, TableOptions {
  /** Uid or name of the data source that the alarms ask. */
  readonly datasource?: string | undefined;
}

/** Puts the dashboard and the alert rules into a running Grafana, or brings them up to date. */
export async function install(options: InstallOptions, context: CliContext): Promise<number> {
  const tables = await shownTables(options, context);
  const { screen } = context;
  let notes: GrafanaAssets['notes'] = [];
  const results = await inGrafana(options, tables, context, async (client, results) => {
    const { datasource: named, contactPoint } = options;
    const datasource = wants('alerts', options) ? await dataSourceFor(client, named) : DATA_SOURCE_UID;
    const assets = grafanaAssets(tables, { datasource, contactPoint });
    notes = assets.notes;
    if (!options.dryRun) await makeFolder(client);
    if (wants('dashboard', options))
      results.push(await installAsset(dashboardPlace(client, assets.dashboard, version()), options));
    if (!wants('alerts', options)) return;
    for (const { title, body } of assets.rules) {
      results.push(await installAsset(rulePlace(client, { uid: body.uid, title, wanted: body }), options));
    }
    // Of an earlier install, which had a limit for it.
    for (const uid of RULE_UIDS.filter((uid) => !assets.rules.some(({ body }) => body.uid === uid))) {
      const result = await uninstallAsset(rulePlace(client, { uid, title: uid }), options);
      if (result !== undefined) results.push(result);
    }
  });
  for (const note of options.quiet ? [] : notes) screen.line(oneLine(note));
  return exitCodeOf(results);
}

/** Removes what {@link install} has put there, and nothing else. */
export async function uninstall(options: GrafanaOptions, context: CliContext): Promise<number> {
  const tables = await shownTables(options, context);
  const results = await inGrafana(options, tables, context, async (client, results) => {
    const { dashboard } = grafanaAssets(tables, {
      datasource: DATA_SOURCE_UID,
      contactPoint: undefined,
    });
    const places = [
      ...(wants('dashboard', options) ? [dashboardPlace(client, dashboard, version())] : []),
      ...(wants('alerts', options) ? RULE_UIDS.map((uid) => rulePlace(client, { uid, title: uid })) : []),
    ];
    for (const place of places) {
      const result = await uninstallAsset(place, options);
      if (result !== undefined) results.push(result);
    }
    if (!options.dryRun) await removeEmptyFolder(client);
  });
  if (results.length === 0 && !options.quiet)
    context.screen.text(`Nothing of deepgram-export is there (Grafana at ${oneLine(options.url)}).\n`);
  return exitCodeOf(results);
}

function wants(kind: 'dashboard' | 'alerts', { dashboard, alerts }: GrafanaOptions): boolean {
  return dashboard === alerts || (kind === 'dashboard' ? dashboard : alerts);
}

/** Does it, and says how it went; after an interruption, what was done before it. */
async function inGrafana(
  options: GrafanaOptions,
  { secrets, env }: Pick<ShownTables, 'secrets' | 'env'>,
  context: CliContext,
  act: (client: GrafanaClient, results: Result[]) => Promise<void>,
): Promise<readonly Result[]> {
  const { clock, signal, screen } = context;
  refuseUrl(options.url);
  const token = new Secret(options.token ?? env.GRAFANA_TOKEN ?? '');
  if (token.reveal() === '') {
    throw new ExportError('USAGE', 'There is no token for Grafana.', {
      kind: 'config',
      hint: 'Make one under Administration > Users and access > Service accounts, and put it into GRAFANA_TOKEN or behind --token.',
    });
  }
  screen.maskWith(maskFor([token, ...secrets]));
  const log = logFor(options, context);
  const client = grafanaClient(
    { url: options.url, token },
    { log, clock, env, userAgent: userAgent() },
    signal,
  );
  const results: Result[] = [];
  try {
    await act(client, results);
    return results;
  } finally {
    await client.close();
    showResults(results, client.url, options, context);
  }
}

/** An address is printed, and paths are put behind it: so it has no password and no query. */
function refuseUrl(url: string): void {
  const wrong = faultOfUrl(url);
  if (wrong === undefined) return;
  throw new ExportError('USAGE', `--url: ${wrong}`, {
    kind: 'config',
    hint: 'Name the address of Grafana, with its path where it has one, such as https://example.com/grafana.',
  });
}

/** Where new dashboards and alarms go. */
async function makeFolder(client: GrafanaClient): Promise<void> {
  const found = await client.find({ path: `/api/folders/${FOLDER_UID}`, what: 'read the folder' });
  if (found !== undefined) return;
  await client.call({
    method: 'POST',
    path: '/api/folders',
    body: { uid: FOLDER_UID, title: FOLDER_TITLE },
    what: `create the folder ${FOLDER_TITLE}`,
  });
}

/** Grafana removes with a folder all that is in it: so one that holds anything stays. */
async function removeEmptyFolder(client: GrafanaClient): Promise<void> {
  const path = `/api/folders/${FOLDER_UID}`;
  if ((await client.find({ path, what: 'read the folder' })) === undefined) return;
  const held = await client.call({
    path: `/api/search?folderUIDs=${FOLDER_UID}`,
    what: 'look into the folder',
  });
  if (!Array.isArray(held) || held.length > 0) return;
  await client.remove({ path, what: 'remove the folder' }).catch((error) => {
    // Alert rules of somebody else are in it.
    if (!(error instanceof ExportError && error.status === 400)) throw error;
  });
}

/** As a run of the export has it: 4 where some failed, 5 where all did. */
function exitCodeOf(results: readonly Result[]): number {
  const failed = results.filter(({ outcome }) => outcome === 'failed').length;
  if (failed === 0) return EXIT.delivered;
  return failed === results.length ? EXIT.allSinks : EXIT.someSinks;
}

/** What was done with each asset, and where it is to be seen; then what went wrong and what to do, each once. */
function showResults(
  results: readonly Result[],
  url: string,
  { quiet }: GrafanaOptions,
  { screen }: CliContext,
): void {
  if (results.length === 0 || (quiet && exitCodeOf(results) === 0)) return;
  const lines = textTable(
    ['left', 'left', 'left', 'left'],
    results.map(({ outcome, kind, title, url }) => [outcome, kind, title, url]),
  );
  screen.text([`Grafana at ${url}`, ...lines.map((line) => `  ${line}`), ''].join('\n'));
  const failures = results.flatMap(({ failure }) => (failure === undefined ? [] : failureLines(failure)));
  for (const line of new Set(failures)) screen.line(line);
  if (results.some(({ outcome }) => outcome === 'kept'))
    screen.line('What somebody has edited stays as it is; --force does it all the same.');
}
