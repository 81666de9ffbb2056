import type { Job } from '../../../src/config/job.js';
import { ExportError } from '../../../src/errors/export-error.js';
import type { DatadogMetricsSettings } from '../metrics/metrics-settings.js';
import { keysAddress } from '../shared/app-address.js';

/** The sink whose metrics the dashboard shows. */
export interface ShownSink {
  readonly name: string;
  readonly settings: DatadogMetricsSettings;
  /** Names of the streams that it gets. */
  readonly streams: readonly string[];
}

/** The same, with the key to put it there. */
export type InstallTarget = ReturnType<typeof installTarget>;

/**
 * What the application key, or the role of the one who made it, must be allowed.
 * @see https://docs.datadoghq.com/api/latest/dashboards/
 * @see https://docs.datadoghq.com/api/latest/monitors/
 */
export const PERMISSIONS = 'dashboards_read, dashboards_write, monitors_read and monitors_write';

const TYPE = 'datadog-metrics';

/** Throws `USAGE` where the job does not name one such sink. */
export function shownSink(job: Job): ShownSink {
  const [sink, ...others] = job.sinks.filter(({ type }) => type === TYPE);
  if (sink === undefined) {
    throw new ExportError('USAGE', `There is no sink of the type ${TYPE} here.`, {
      kind: 'config',
      hint: 'The dashboard shows what such a sink sends. Name a configuration that has one with -c FILE.',
    });
  }
  const { name } = sink;
  if (others.length > 0) {
    const names = [sink, ...others].map((one) => one.name).join(', ');
    throw new ExportError('USAGE', `There are several sinks of the type ${TYPE}: ${names}.`, {
      kind: 'config',
      hint: 'Say which with --sink NAME.',
    });
  }
  // Safe: they have been parsed by the schema of this type.
  const settings = sink.settings as DatadogMetricsSettings;
  return { name, settings, streams: sink.streams.map((stream) => stream.name) };
}

/** Throws `USAGE` where the job does not name one such sink, and `CONFIG_INVALID` where it has no application key. */
export function installTarget(job: Job) {
  const shown = shownSink(job);
  const { name } = shown;
  const { app_key: appKey, site } = shown.settings;
  if (appKey === undefined) {
    throw new ExportError(
      'CONFIG_INVALID',
      `The sink ${name} has no \`app_key\`: Datadog wants an application key beside the API key for dashboards and monitors.`,
      {
        kind: 'config',
        hint:
          `Make one under Organization Settings > Application Keys (${keysAddress(site)}), with the permissions ` +
          `${PERMISSIONS}, and put it into the environment variable DD_APP_KEY.`,
      },
    );
  }
  return { ...shown, appKey, env: job.env };
}
