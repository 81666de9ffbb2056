import type { CheckResult } from '../../../src/catalogue/check-result.js';
import type { ClosingReport, PartitionWriter, Sink } from '../../../src/catalogue/sink.js';
import type { SinkContext } from '../../../src/catalogue/sink-type.js';
import { ExportError, failureOf } from '../../../src/errors/export-error.js';
import type { HttpClient } from '../../../src/http/http-client.js';
import { type Partition, partitionName } from '../../../src/streams/partition.js';
import { datadogApi, datadogHttp } from '../shared/datadog-api.js';
import type { Call } from '../shared/payload-transport.js';
import { breakdownOf } from './breakdown.js';
import { costFile, OWN, slotOf } from './cost-file.js';
import { CostShelf } from './cost-files.js';
import { type CostLine, costLines } from './cost-lines.js';
import { type CostsClient, costsClient } from './costs-client.js';
import type { DatadogCostsSettings } from './costs-settings.js';

export interface DatadogCostsDependencies {
  /** Default: a client of its own. It is closed when the sink is disposed of. */
  readonly http?: HttpClient;
}

/**
 * Billing as custom costs in Datadog's Cloud Cost Management: one file for each project and day, made of one stream.
 * The present day is delivered as far as it has come; the next run replaces it.
 */
export async function datadogCostsSink(
  settings: DatadogCostsSettings,
  context: SinkContext,
  dependencies: DatadogCostsDependencies = {},
): Promise<Sink> {
  const http = dependencies.http ?? datadogHttp(context);
  const api = datadogApi(settings, http);
  const client = costsClient(api, settings.app_key);
  const shelf = new CostShelf(client);
  const breakdown = breakdownOf(settings, context.streams);
  let isUsed = false;

  return {
    name: context.name,
    capabilities: { delivery: 'replace', accepts: ({ name }) => name === breakdown },
    check: (signal) => checkCosts(client, api.site, signal),
    async begin(partition, signal) {
      isUsed = true;
      return partitionWriter(partition, settings, shelf, signal);
    },
    finish: (_run, signal) => finishSink(shelf, isUsed, signal),
    dispose: () => http.close(),
  };
}

function partitionWriter(
  partition: Partition,
  { tags }: DatadogCostsSettings,
  shelf: CostShelf,
  signal: AbortSignal,
): PartitionWriter {
  const lineOf = costLines(partition, tags);
  const slot = slotOf(partition);
  let lines: CostLine[] = [];
  let unknown = 0;
  return {
    async write(batch) {
      for (const row of batch) {
        const line = lineOf(row);
        if (line === undefined) unknown += 1;
        else lines.push(line);
      }
    },
    async commit() {
      const call = { what: `upload the costs of ${partitionName(partition)}`, signal };
      const file = lines.length === 0 ? undefined : costFile(slot, lines);
      const skipped =
        unknown === 0 ? [] : [{ reason: NO_COST, count: unknown, example: `a record of ${slot}` }];
      const refused = await refusalIn(() => shelf.replace(slot, file, call));
      const sent = lines.length;
      return refused === undefined
        ? { accepted: sent, rejected: [], skipped }
        : { accepted: 0, rejected: [{ reason: refused, count: sent }], skipped };
    },
    async abort() {
      lines = [];
    },
  } satisfies PartitionWriter;
}

const NO_COST = 'no cost is known';

/** What Datadog has against a file; that says nothing about those of other days. Throws everything else. */
async function refusalIn(replace: () => Promise<void>): Promise<string | undefined> {
  try {
    await replace();
    return undefined;
  } catch (error) {
    if (!(error instanceof ExportError) || (error.status !== 400 && error.status !== 413)) throw error;
    return error.message;
  }
}

/** Tries both keys and the permission to read; the one to write shows with the first upload. */
async function checkCosts(client: CostsClient, site: string, signal: AbortSignal): Promise<CheckResult> {
  const what = `list the custom costs at ${site}`;
  try {
    const files = await client.list(OWN, { what: 'list the custom costs', signal });
    return {
      what,
      ok: true,
      detail: `both keys are let in; ${files.length} files of this program are there`,
    };
  } catch (error) {
    const { kind, message, hint } = failureOf(error);
    if (kind === 'interrupted' || kind === 'bug') throw error;
    return { what, ok: false, detail: message, ...(hint === undefined ? {} : { hint }) };
  }
}

async function finishSink(shelf: CostShelf, isUsed: boolean, signal: AbortSignal): Promise<ClosingReport> {
  const notes = isUsed ? await repairNotes(shelf, { what: 'look for days with two cost files', signal }) : [];
  return {
    facts: {
      'cost files uploaded': shelf.uploaded,
      'cost files unchanged': shelf.unchanged,
      'cost files removed': shelf.removed,
    },
    notes,
  };
}

/** What is delivered stays delivered, whatever becomes of it. */
async function repairNotes(shelf: CostShelf, call: Call): Promise<readonly string[]> {
  try {
    const { doubled, failed } = await shelf.repair(call);
    const [example] = failed;
    return [
      ...(doubled === 0
        ? []
        : [`${doubled} cost files were removed: an earlier run had ended before it could replace them.`]),
      ...(example === undefined
        ? []
        : [
            `Datadog could not use ${failed.length} cost files, such as ${example.name} (${example.status}). They are ` +
              'uploaded again when their days are read again: `deepgram-export sync --full-refresh --since DAY`.',
          ]),
    ];
  } catch (error) {
    return [`${failureOf(error).message} Days that an earlier run left twice are still twice.`];
  }
}
