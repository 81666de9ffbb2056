import { failureOf } from '../../../src/errors/export-error.js';
import type { PublishingTools } from './publishing-tools.js';
import { type ServerState, writeState } from './server-state.js';
import { NOTHING } from './update-actions.js';

/**
 * Waits for the end of what an earlier run began and did not note as done, so that it does not come after what this one
 * sends. The request of an update is repeated with nothing to do: where the server has it, that is what it answers with, and
 * where it has not, nothing happens. A publish is known by its job, and is done again in any case.
 */
export async function endBegun(
  state: ServerState,
  key: string,
  { name, found }: { readonly name: string; readonly found: string | undefined },
  { folder, sources, log, signal }: Pick<PublishingTools, 'folder' | 'sources' | 'log' | 'signal'>,
): Promise<ServerState> {
  const { begun } = state;
  if (begun === undefined) return state;
  const isPublish = 'publish' in begun;
  try {
    if (isPublish && begun.job !== undefined) await sources.waitFor(begun.job, name, signal);
    if (!isPublish && found !== undefined) {
      await sources.update({ id: found, name, requestId: begun.requestId, actions: [NOTHING] }, signal);
    }
  } catch (error) {
    const { code, kind, message } = failureOf(error);
    if (code !== 'SINK_REFUSED' && kind !== 'permanent') throw error;
    // It has ended, one way or the other.
    log.debug(`${name}: what was begun before has not succeeded: ${message}`);
  }
  if (isPublish) return state;
  const ended = { ...state, begun: undefined, deliveries: state.deliveries + 1 };
  await writeState(folder, key, ended);
  return ended;
}
