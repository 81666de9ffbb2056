import type { CliContext } from '../../../src/catalogue/cli-context.js';
import type { JobOptions } from '../../../src/cli/options/job-options.js';
import { type LogOptions, logFor } from '../../../src/cli/options/log-options.js';
import { userAgent } from '../../../src/cli/version.js';
import { EXIT } from '../../../src/summary/exit-code.js';
import { failureLines } from '../../../src/summary/failure-lines.js';
import { textTable } from '../../../src/text/text-table.js';
import { datadogClient } from '../shared/datadog-client.js';
import type { Asset } from './assets/datadog-assets.js';
import type { InstallContext, Result } from './install-assets.js';
import { type InstallTarget, PERMISSIONS } from './install-target.js';
import type { AssetStore } from './stores/asset-store.js';
import { dashboardStore } from './stores/dashboard-store.js';
import { type MonitorChoice, monitorStore } from './stores/monitor-store.js';

export interface AssetRunOptions extends LogOptions, Pick<JobOptions, 'config' | 'envFile' | 'sink'> {
  readonly dryRun: boolean;
  /** Only the dashboard; with `monitors`, or with neither, both. */
  readonly dashboard: boolean;
  readonly monitors: boolean;
}

/** Does it with the chosen kinds, and says how it went; after an interruption, what was done before it. */
export async function runOnAssets(
  target: InstallTarget,
  monitors: MonitorChoice,
  action: (store: AssetStore, context: InstallContext) => AsyncIterable<Result>,
  options: AssetRunOptions,
  context: CliContext,
): Promise<readonly Result[]> {
  const { clock, signal } = context;
  const log = logFor(options, context);
  const application = { key: target.appKey, permissions: PERMISSIONS };
  const client = datadogClient(
    target.settings,
    { log, clock, env: target.env, userAgent: userAgent() },
    { application },
  );
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

/** As a run of the export has it: 4 where some failed, 5 where all did. */
export function exitCodeOf(results: readonly Result[]): number {
  const failed = results.filter(({ outcome }) => outcome === 'failed').length;
  if (failed === 0) return EXIT.delivered;
  return failed === results.length ? EXIT.allSinks : EXIT.someSinks;
}

/**
 * What was done with each asset, and where it is to be seen; then what went wrong and what to do, each once: a key that
 * is refused is refused for everything.
 */
function showResults(
  results: readonly Result[],
  { name, settings }: InstallTarget,
  { quiet }: AssetRunOptions,
  { screen }: CliContext,
): void {
  if (results.length === 0 || (quiet && exitCodeOf(results) === 0)) return;
  const lines = textTable(
    ['left', 'left', 'left', 'left'],
    results.map(({ outcome, kind, title, url }) => [outcome, kind, title, url ?? '']),
  );
  const head = `Datadog at ${settings.site}, for the sink ${name}`;
  screen.text([head, ...lines.map((line) => `  ${line}`), ''].join('\n'));
  const failures = results.flatMap(({ failure }) => (failure === undefined ? [] : failureLines(failure)));
  for (const line of new Set(failures)) screen.line(line);
}
