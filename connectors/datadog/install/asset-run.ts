import type { CliContext } from '../../../src/catalogue/cli-context.js';
import { type LogOptions, logFor } from '../../../src/cli/options/log-options.js';
import { userAgent } from '../../../src/cli/version.js';
import { datadogClient } from '../shared/datadog-client.js';
import type { Asset } from './assets/datadog-assets.js';
import type { InstallContext, Result } from './install-assets.js';
import { exitCodeOf, failuresOf, resultLines } from './install-report.js';
import { type InstallTarget, PERMISSIONS } from './install-target.js';
import type { AssetStore } from './stores/asset-store.js';
import { dashboardStore } from './stores/dashboard-store.js';
import { type MonitorChoice, monitorStore } from './stores/monitor-store.js';

export interface AssetRunOptions extends LogOptions {
  readonly config?: string | undefined;
  readonly sink?: readonly string[] | undefined;
  readonly dryRun: boolean;
  /** Only the dashboard; with `monitors`, or with neither, both. */
  readonly dashboard: boolean;
  readonly monitors: boolean;
}

/** What is done with each kind of asset. */
export type AssetAction = (store: AssetStore, context: InstallContext) => AsyncIterable<Result>;

/** Does it with the chosen kinds, and says how it went; after an interruption, what was done before it. */
export async function runOnAssets(
  target: InstallTarget,
  monitors: MonitorChoice,
  action: AssetAction,
  options: AssetRunOptions,
  context: CliContext,
): Promise<readonly Result[]> {
  const { clock, env, signal } = context;
  const log = logFor(options, context);
  const application = { key: target.appKey, permissions: PERMISSIONS };
  const client = datadogClient(target.settings, { log, clock, env, userAgent: userAgent() }, { application });
  const stores = [dashboardStore(client, signal), monitorStore(client, signal, monitors)];
  const results: Result[] = [];
  try {
    for (const store of stores.filter(({ kind }) => isChosen(kind, options))) {
      for await (const result of action(store, { dryRun: options.dryRun, clock, signal }))
        results.push(result);
    }
    return results;
  } finally {
    await client.close();
    showResults(results, target, options, context);
  }
}

export function isChosen(kind: Asset['kind'], { dashboard, monitors }: AssetRunOptions): boolean {
  if (dashboard === monitors) return true;
  return kind === 'dashboard' ? dashboard : monitors;
}

function showResults(
  results: readonly Result[],
  { name, settings }: InstallTarget,
  { quiet }: AssetRunOptions,
  { screen }: CliContext,
): void {
  if (results.length === 0 || (quiet && exitCodeOf(results) === 0)) return;
  const head = `Datadog at ${settings.site}, for the sink ${name}`;
  screen.result([head, ...resultLines(results).map((line) => `  ${line}`), ''].join('\n'));
  for (const line of failuresOf(results)) screen.line(line);
}
