import type { CliContext } from '../../../src/catalogue/cli-context.js';
import { jobFor } from '../../../src/cli/options/job-options.js';
import { oneLine } from '../../../src/text/one-line.js';
import { TELLS_NOBODY, unsentNotes } from './asset-notes.js';
import { type AssetRunOptions, exitCodeOf, isChosen, runOnAssets } from './asset-run.js';
import { datadogAssets } from './assets/datadog-assets.js';
import { DEFAULT_LIMITS } from './assets/monitor-limits.js';
import { installAssets, type Result, uninstallAssets } from './install-assets.js';
import { configuredLimits, type LimitOptions, limitsOf } from './install-options.js';
import { installTarget } from './install-target.js';

export interface InstallOptions extends AssetRunOptions, LimitOptions {}

/** Puts the dashboard and the monitors into the Datadog account of a sink, or brings them up to date. */
export async function install(options: InstallOptions, context: CliContext): Promise<number> {
  const given = limitsOf(options);
  const job = await jobFor(options, context);
  const target = installTarget(job);
  const limits = { ...given, ...configuredLimits(job) };
  const { prefix, tags } = target.settings;
  const assets = datadogAssets({ prefix, tags, ...DEFAULT_LIMITS, ...limits }).filter(({ kind }) =>
    isChosen(kind, options),
  );
  const results = await runOnAssets(
    target,
    { limits, notify: options.notify?.trim() },
    (store, context) =>
      installAssets(
        assets.filter(({ kind }) => kind === store.kind),
        store,
        context,
      ),
    options,
    context,
  );
  const isNew = ({ kind, outcome }: Result) => kind === 'monitor' && /create/.test(outcome);
  const tellsNobody = options.notify === undefined && results.some(isNew);
  const notes = [...unsentNotes(assets, target), ...(tellsNobody ? [TELLS_NOBODY] : [])];
  for (const note of options.quiet ? [] : notes) context.screen.line(oneLine(note));
  return exitCodeOf(results);
}

/** Removes what {@link install} has put there, and nothing else. */
export async function uninstall(options: AssetRunOptions, context: CliContext): Promise<number> {
  const target = installTarget(await jobFor(options, context));
  const results = await runOnAssets(target, { limits: {} }, uninstallAssets, options, context);
  if (results.length === 0 && !options.quiet) {
    context.screen.text(
      `Nothing of deepgram-export is there (Datadog at ${target.settings.site}, for the sink ${target.name}).\n`,
    );
  }
  return exitCodeOf(results);
}
