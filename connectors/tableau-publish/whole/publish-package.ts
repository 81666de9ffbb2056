import type { ClosingReport } from '../../../src/catalogue/sink.js';
import { PACKAGED_SOURCE_FILE } from '../../tableau/source/write-sources.js';
import { endBegun } from '../tables/end-begun.js';
import { fingerprintOf } from '../tables/fingerprint.js';
import type { PublishingTools } from '../tables/publishing-tools.js';
import { readState, writeState } from '../tables/server-state.js';

const STATE = 'package';
const NAMELESS = 'Deepgram';

/**
 * Publishes the `.tdsx` where it is another than the one that was published, or where that is not there any more. It takes
 * the place of the data source, and of whatever people have added to that.
 */
export async function publishPackage(
  tools: Pick<PublishingTools, 'folder' | 'sources' | 'where' | 'target' | 'prefix' | 'log' | 'signal'>,
): Promise<ClosingReport> {
  const { folder, sources, where, target, prefix, log, signal } = tools;
  const name = prefix.trim() || NAMELESS;
  const path = folder.path([PACKAGED_SOURCE_FILE]);
  const found = await sources.find(name, signal);
  const noted = await readState(folder, STATE, `${target} ${name}`);
  const state = await endBegun(noted, STATE, { name, found }, tools);
  const before = state.partitions[PACKAGED_SOURCE_FILE];
  const fingerprint = await fingerprintOf(path, before);
  const isKnown = found !== undefined && found === state.dataSource && state.begun === undefined;
  if (isKnown && before?.[2] === fingerprint[2]) return { facts: {}, notes: [] };
  if (found === undefined && state.dataSource !== undefined)
    log.warn(`${name} is not in ${where} any more: it is published anew.`);
  await writeState(folder, STATE, { ...state, begun: { publish: true } });
  const noteJob = (job: string) => writeState(folder, STATE, { ...state, begun: { publish: true, job } });
  await sources.publish(name, { path, bytes: fingerprint[0] }, { type: 'tdsx', noteJob, signal });
  await writeState(folder, STATE, {
    ...state,
    dataSource: await sources.find(name, signal),
    deliveries: state.deliveries + 1,
    begun: undefined,
    partitions: { [PACKAGED_SOURCE_FILE]: fingerprint },
  });
  return { facts: { 'data sources published': 1 }, notes: [] };
}
