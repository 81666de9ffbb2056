import { type CheckResult, failedCheck } from '../../../src/catalogue/check-result.js';
import { ReceiptTally } from '../../../src/catalogue/receipt-tally.js';
import type { ClosingReport, PartitionWriter, Sink } from '../../../src/catalogue/sink.js';
import type { SinkContext } from '../../../src/catalogue/sink-type.js';
import { ExportError, failureOf } from '../../../src/errors/export-error.js';
import { type Partition, partitionName } from '../../../src/streams/partition.js';
import { type Call, type DatadogDependencies, datadogClient } from '../shared/datadog-client.js';
import type { Dimension } from '../shared/dimensions.js';
import { breakdownOf } from './breakdown.js';
import { costFile, OWN, slotOf } from './cost-file.js';
import { CostFileStore } from './cost-file-store.js';
import { type CostLine, costLines } from './cost-lines.js';
import { COST_PERMISSIONS, type CostsClient, costsClient } from './costs-client.js';
import type { DatadogCostsSettings } from './costs-settings.js';

/**
 * Billing as custom costs in Datadog's Cloud Cost Management: one file for each project and day, made of one stream.
 * The present day is delivered as far as it has come; the next run replaces it.
 */
export async function datadogCostsSink(
  settings: DatadogCostsSettings,
  context: SinkContext,
  { http, dimensions }: DatadogDependencies = {},
): Promise<Sink> {
  const application = { key: settings.app_key, permissions: COST_PERMISSIONS };
  const client = datadogClient(settings, context, { http, application });
  const costs = costsClient(client);
  const store = new CostFileStore(costs);
  const breakdown = breakdownOf(settings, context.streams);
  let isUsed = false;

  return {
    name: context.name,
    capabilities: { delivery: 'replace', accepts: ({ name }) => name === breakdown },
    check: (signal) => checkCosts(costs, client.site, signal),
    async begin(partition, signal) {
      isUsed = true;
      return partitionWriter(partition, settings, dimensions, store, signal);
    },
    finish: (_run, signal) => finishSink(store, isUsed, signal),
    dispose: () => client.close(),
  };
}

function partitionWriter(
  partition: Partition,
  { tags }: DatadogCostsSettings,
  dimensions: readonly Dimension[] | undefined,
  store: CostFileStore,
  signal: AbortSignal,
): PartitionWriter {
  const lineOf = costLines(partition, tags, dimensions);
  const slot = slotOf(partition);
  let lines: CostLine[] = [];
  const tally = new ReceiptTally();
  return {
    async write(batch) {
      for (const row of batch) {
        const line = lineOf(row);
        if (line === undefined) tally.skip(NO_COST, 1, () => `a record of ${slot}`);
        else lines.push(line);
      }
    },
    async commit() {
      const call = { what: `upload the costs of ${partitionName(partition)}`, signal };
      const file = lines.length === 0 ? undefined : costFile(slot, lines);
      const refused = await refusalIn(() => store.replace(slot, file, call));
      if (refused === undefined) tally.accept(lines.length);
      else tally.reject(refused, lines.length, () => undefined);
      return tally.receipt();
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
async function checkCosts(costs: CostsClient, site: string, signal: AbortSignal): Promise<CheckResult> {
  const what = `list the custom costs at ${site}`;
  try {
    const files = await costs.list(OWN, { what: 'list the custom costs', signal });
    return {
      what,
      ok: true,
      detail: `both keys are let in; ${files.length} files of this program are there`,
    };
  } catch (error) {
    return failedCheck(what, error);
  }
}

async function finishSink(
  store: CostFileStore,
  isUsed: boolean,
  signal: AbortSignal,
): Promise<ClosingReport> {
  const notes = isUsed ? await repairNotes(store, { what: 'look for days with two cost files', signal }) : [];
  return {
    facts: {
      'cost files uploaded': store.uploaded,
      'cost files unchanged': store.unchanged,
      'cost files removed': store.removed,
    },
    notes,
  };
}

/** What is delivered stays delivered, whatever becomes of it. */
async function repairNotes(store: CostFileStore, call: Call): Promise<readonly string[]> {
  try {
    const { doubled, failed } = await store.repair(call);
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
