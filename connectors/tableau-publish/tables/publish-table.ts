import { createHash } from 'node:crypto';
import { counted } from '../../../src/text/text-table.js';
import { endBegun } from './end-begun.js';
import { type Fingerprint, fingerprintOf } from './fingerprint.js';
import type { KeptPartition } from './kept-partitions.js';
import { payloadsOf } from './payloads.js';
import { columnsOf, type PublishedTable } from './published-table.js';
import type { PublishingTools } from './publishing-tools.js';
import { readState, type ServerState, unknownState, writeState } from './server-state.js';
import { replaceActions } from './update-actions.js';

/** What became of a table: `empty` has no row yet, and a data source is made of rows. */
export type Published = 'published' | 'updated' | 'unchanged' | 'empty';

/**
 * Brings the data source of a table to what is kept of it. Whoever is stopped in between, wherever, leaves a data source
 * that the next run brings there: partitions are put in place of themselves, and what was begun is noted before.
 */
export async function publishTable(
  table: PublishedTable,
  kept: readonly KeptPartition[],
  tools: PublishingTools,
): Promise<Published> {
  const { sources, log, signal } = tools;
  const name = tools.prefix + table.name;
  const found = await sources.find(name, signal);
  const state = await endBegun(await stateOf(table, found, tools), table.name, { name, found }, tools);
  const fingerprints = new Map<string, Fingerprint>();
  for (const partition of kept) {
    const before = state.partitions[partition.name];
    fingerprints.set(partition.name, await fingerprintOf(partition.file.path, before));
  }
  const changed = kept.filter((one) => state.partitions[one.name]?.[2] !== fingerprints.get(one.name)?.[2]);
  const other = otherColumns(state, table);
  if (other !== undefined && found !== undefined)
    log.warn(
      `${name} has other columns from now on (${other}), so it is published anew: calculated fields, and whatever else ` +
        'people have added to it, are lost with that.',
    );
  const isAnew =
    found === undefined ||
    other !== undefined ||
    (state.begun !== undefined && 'publish' in state.begun) ||
    (tools.updates === 'replace' && changed.length > 0);
  if (isAnew) return publishWhole(table, kept, fingerprints, { ...state, dataSource: found }, tools);
  if (changed.length === 0) return 'unchanged';
  log.debug(`${name}: ${counted(changed.length, 'partition')} to update`);
  return update(table, changed, fingerprints, { ...state, dataSource: found }, tools);
}

/** What is known of the data source that is there. */
async function stateOf(
  table: PublishedTable,
  found: string | undefined,
  { folder, target, where, prefix, log }: PublishingTools,
): Promise<ServerState> {
  const name = prefix + table.name;
  const state = await readState(folder, table.name, `${target} ${name}`);
  if (state.dataSource === found) return state;
  if (state.dataSource === undefined && state.begun !== undefined) return state;
  log.warn(
    found === undefined
      ? `${name} is not in ${where} any more: it is published anew.`
      : `${name} in ${where} is none that is known to have been published from here: all days that are kept here are put in place of its own.`,
  );
  return unknownState(state.target);
}

/** The columns that are new or gone, in words; undefined where they are the same, or not known. */
function otherColumns({ columns }: ServerState, table: PublishedTable): string | undefined {
  const own = columnsOf(table);
  if (columns.length === 0) return undefined;
  const differing = [
    ...own.filter((column) => !columns.includes(column)).map((column) => `new: ${column}`),
    ...columns.filter((column) => !own.includes(column)).map((column) => `gone: ${column}`),
  ];
  return differing.length === 0 ? undefined : differing.join(', ');
}

async function publishWhole(
  table: PublishedTable,
  kept: readonly KeptPartition[],
  fingerprints: ReadonlyMap<string, Fingerprint>,
  state: ServerState,
  tools: PublishingTools,
): Promise<Published> {
  const { folder, sources, signal } = tools;
  const name = tools.prefix + table.name;
  for await (const { file } of payloadsOf(table, kept, Number.POSITIVE_INFINITY, tools)) {
    if (file === undefined) break;
    await writeState(folder, table.name, { ...state, begun: { publish: true } });
    const noteJob = (job: string) =>
      writeState(folder, table.name, { ...state, begun: { publish: true, job } });
    await sources.publish(name, file, { type: 'parquet', noteJob, signal });
    await writeState(folder, table.name, {
      ...state,
      dataSource: await sources.find(name, signal),
      columns: columnsOf(table),
      deliveries: state.deliveries + 1,
      begun: undefined,
      partitions: Object.fromEntries(fingerprints),
    });
    return 'published';
  }
  // Its last rows are gone, and a file without any cannot take the place of them.
  return state.dataSource === undefined ? 'empty' : update(table, kept, fingerprints, state, tools);
}

async function update(
  table: PublishedTable,
  changed: readonly KeptPartition[],
  fingerprints: ReadonlyMap<string, Fingerprint>,
  before: ServerState,
  tools: PublishingTools,
): Promise<Published> {
  const { folder, sources, signal, updateBytes } = tools;
  const name = tools.prefix + table.name;
  const id = before.dataSource ?? '';
  let state = before;
  for await (const { file, hash, begins, ends } of payloadsOf(table, changed, updateBytes, tools)) {
    const actions = replaceActions(begins, file !== undefined);
    const requestId = requestIdOf([state.id, state.deliveries, hash, actions]);
    if (actions.length > 0) {
      await writeState(folder, table.name, { ...state, begun: { requestId } });
      await sources.update({ id, name, requestId, actions, payload: file }, signal);
    }
    const sent = ends.map((one) => [one.name, fingerprints.get(one.name)]);
    state = {
      ...state,
      columns: columnsOf(table),
      deliveries: state.deliveries + 1,
      partitions: { ...state.partitions, ...Object.fromEntries(sent) },
    };
    await writeState(folder, table.name, state);
  }
  return 'updated';
}

/** Of the partitions, their content, and how many deliveries there were: the same rows again later are another update. */
function requestIdOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
