import { type CheckResult, failedCheck } from '../../../src/catalogue/check-result.js';
import { ReceiptTally } from '../../../src/catalogue/receipt-tally.js';
import type { Sink } from '../../../src/catalogue/sink.js';
import type { SinkContext } from '../../../src/catalogue/sink-type.js';
import { failureOf } from '../../../src/errors/export-error.js';
import { partitionWords } from '../../../src/streams/partition.js';
import { counted } from '../../../src/text/text-table.js';
import { breakdownOf } from '../../deepgram/streams/billing-breakdown.js';
import { type DatadogDependencies, datadogClient } from '../shared/datadog-client.js';
import { hasStatus } from '../shared/refusal.js';
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
    capabilities: { delivery: 'replace', sharing: 'each', accepts: ({ name }) => name === breakdown },
    check: (signal) => checkCosts(costs, client.site, signal),
    async begin(partition, signal) {
      isUsed = true;
      const lineOf = costLines(partition, settings.tags, dimensions);
      const slot = slotOf(partition);
      const tally = new ReceiptTally();
      let lines: CostLine[] = [];
      return {
        async write(batch) {
          for (const row of batch) {
            const line = lineOf(row);
            if (line === undefined) tally.skip('no cost is known', 1, () => `a record of ${slot}`);
            else lines.push(line);
          }
        },
        async commit() {
          const call = { what: `upload the costs of ${partitionWords(partition)}`, signal };
          const file = lines.length === 0 ? undefined : costFile(slot, lines);
          try {
            await store.replace(slot, file, call);
            tally.accept(lines.length);
          } catch (error) {
            // What Datadog has against a file says nothing about those of other days.
            if (!hasStatus(error, 400, 413)) throw error;
            tally.reject(error.message, lines.length, () => undefined);
          }
          return tally.receipt();
        },
        async abort() {
          lines = [];
        },
      };
    },
    async finish(_run, signal) {
      // First, since it removes files as well.
      const notes = isUsed ? await repairNotes(store, signal) : [];
      const facts = {
        'cost files uploaded': store.uploaded,
        'cost files unchanged': store.unchanged,
        'cost files removed': store.removed,
      };
      return { facts, notes };
    },
    dispose: () => client.close(),
  };
}

/** Tries both keys and the permission to read; the one to write shows with the first upload. */
async function checkCosts(costs: CostsClient, site: string, signal: AbortSignal): Promise<CheckResult> {
  const what = `list the custom costs at ${site}`;
  try {
    const files = await costs.list(OWN, { what: 'list the custom costs', signal });
    const detail = `both keys are let in; ${counted(files.length, 'file')} of this program ${files.length === 1 ? 'is' : 'are'} there`;
    return { what, ok: true, detail };
  } catch (error) {
    return failedCheck(what, error);
  }
}

/** What is delivered stays delivered, whatever becomes of it. */
async function repairNotes(store: CostFileStore, signal: AbortSignal): Promise<readonly string[]> {
  const notes: string[] = [];
  try {
    const { doubled, failed, denied } = await store.repair({
      what: 'look for days with two cost files',
      signal,
    });
    const [example] = failed;
    if (doubled > 0) {
      notes.push(
        `${counted(doubled, 'cost file')} ${doubled === 1 ? 'was' : 'were'} removed: an earlier run had ended before it could replace them.`,
      );
    }
    if (denied.length > 0) {
      notes.push(
        `Datadog still lists ${counted(denied.length, 'cost file')}, such as ${denied[0]?.name}, although it answered 404 when they ` +
          'were to be removed: their days may be charged twice. Every run tries again. Where this is said tomorrow as ' +
          'well, remove them under Cloud Cost → Settings → Custom Costs.',
      );
    }
    if (example !== undefined) {
      notes.push(
        `Datadog could not use ${counted(failed.length, 'cost file')}, such as ${example.name} (${example.status}). They are ` +
          'uploaded again when their days are read again: `deepgram-export sync --full-refresh --since DAY`.',
      );
    }
  } catch (error) {
    notes.push(`${failureOf(error).message} Days that an earlier run left twice are still twice.`);
  }
  return notes;
}
