import { resolve } from 'node:path';
import { failedCheck } from '../../src/catalogue/check-result.js';
import type { ClosingReport, Sink } from '../../src/catalogue/sink.js';
import type { SinkContext } from '../../src/catalogue/sink-type.js';
import { Findings } from '../../src/deliver/tally/findings.js';
import { OutputFolder } from '../../src/files/output-folder.js';
import type { TableauPublishSettings } from './publish-settings.js';
import { dataSources } from './server/data-sources.js';
import { findProject, type TableauProject } from './server/projects.js';
import { publishingRight } from './server/rights.js';
import { tableauSession } from './server/session.js';
import { requireVersion } from './server/versions.js';

/** For tests: what Tableau's own limits are in place of. */
export interface PublishLimits {
  readonly chunkBytes?: number;
  readonly updateBytes?: number;
}

/** A tenth less than Tableau takes with an update: a group of rows is written before its size is known. */
const UPDATE_BYTES = 90_000_000;

/**
 * Data sources on Tableau Server or Cloud. What is delivered is kept in a folder, by a sink of files; the end of a run
 * brings what has changed there to the server, so a run that could not do that leaves it to the next.
 */
export async function tableauPublishSink(
  settings: TableauPublishSettings,
  context: SinkContext,
  { chunkBytes, updateBytes = UPDATE_BYTES }: PublishLimits = {},
): Promise<Sink> {
  const { clock, log, streams, cwd } = context;
  const { as, path, prefix, updates } = settings;
  const kept = await keptFiles(as, path, context);
  const folder = new OutputFolder(resolve(cwd, path), { clock });
  const session = tableauSession(settings, context);
  let project: TableauProject | undefined;

  const publish = async (into: TableauProject, signal: AbortSignal): Promise<ClosingReport> => {
    const tools = {
      folder,
      sources: dataSources(session, into, { clock, chunkBytes }),
      where: `the project ${into.path} of ${session.where}`,
      target: `${settings.url} ${settings.site} ${into.id}`,
      prefix,
      log,
      signal,
    };
    if (as === 'tdsx') {
      const { publishPackage } = await import('./whole/publish-package.js');
      return publishPackage(tools);
    }
    const { publishTables } = await import('./tables/publish-tables.js');
    // No summary says what is found in the folder.
    const findings = new Findings({ ...log, note: (message) => log.warn(message) });
    return publishTables(streams, { ...tools, updates, updateBytes, findings });
  };
  const tryOut = async (signal: AbortSignal) => {
    const version = await requireVersion(session, as, signal);
    const found = await findProject(session, settings.project, signal);
    const { mayPublish, why } = await publishingRight(session, found, signal);
    return { mayPublish, detail: `signed in with ${settings.token_name}, API ${version}: ${why}` };
  };

  return {
    name: context.name,
    capabilities: kept.capabilities,
    isEmpty: async () => (await kept.isEmpty?.()) ?? false,
    held: async (stream, ofProject, days, signal) =>
      (await kept.held?.(stream, ofProject, days, signal)) ?? new Map(),
    check: async (signal) => {
      const files = await kept.check(signal);
      if (!files.ok) return files;
      const what = `publish to the project ${settings.project} of ${session.where}`;
      try {
        const { mayPublish: ok, detail } = await tryOut(signal);
        const hint =
          'Whoever leads the project, or an administrator of the site, can give the right to publish.';
        return { what, ok, detail, ...(ok ? {} : { hint }) };
      } catch (error) {
        return failedCheck(what, error);
      }
    },
    prepare: async (wanted, signal) => {
      await requireVersion(session, as, signal);
      const found = await findProject(session, settings.project, signal);
      await kept.prepare?.(wanted, signal);
      project = found;
    },
    begin: (partition, signal) => kept.begin(partition, signal),
    finish: async (run, signal) => {
      const report = await kept.finish?.(run, signal);
      // A server that is away, or no project of this name, has been told already.
      if (project === undefined || (await kept.isEmpty?.())) return { facts: {}, notes: [] };
      const { facts, notes } = await publish(project, signal);
      return { facts, notes: [...(report?.notes ?? []), ...notes] };
    },
    dispose: () => session.close(),
  };
}

/** The sink whose files are what is published, or made into it. */
async function keptFiles(
  as: TableauPublishSettings['as'],
  path: string,
  context: SinkContext,
): Promise<Sink> {
  if (as === 'tdsx') {
    const { tableauSink } = await import('../tableau/tableau-sink.js');
    const { tableauSettings } = await import('../tableau/tableau-settings.js');
    return tableauSink(tableauSettings.parse({ path, package: true }), context);
  }
  const { ndjsonSink } = await import('../ndjson/ndjson-sink.js');
  return ndjsonSink({ path, compression: 'gzip' }, context);
}
