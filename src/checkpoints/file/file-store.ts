import { rename } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { fileError, whyNotRead } from '../../files/file-error.js';
import { whenLetGo } from '../../files/held-open.js';
import { OutputFolder } from '../../files/output-folder.js';
import { NotAFileError, readRegularFile } from '../../files/regular-file.js';
import { type Clock, systemClock } from '../../time/clock.js';
import type { Day } from '../../time/day.js';
import type { CheckpointStore } from '../checkpoint-store.js';
import { fileJournal } from '../journal/file-journal.js';
import { lockState } from '../lock/state-lock.js';
import { stampOf } from './aside.js';
import { memoryInFile } from './memory-file.js';
import { documentIn, parsedDocument, stateRefused } from './read-document.js';
import { readingsFolder } from './readings-folder.js';
import { type StateDocument, stateText } from './state-document.js';

/**
 * Checkpoints in a file. What belongs to it is beside it and named after it, since two states in one folder must not
 * forget for each other: `<path>.lock`, `<path>.delivered`, `<path>.readings`, `<path>.memory`.
 *
 * @param options.firstDay before which the source has nothing: a state with an earlier day is refused. Default: any
 * @param options.clock passes the time while another program holds a file. Default: that of the system
 * @param options.shard of whose work it is. Default: all of it
 * @param options.source to which the streams of a state of the first version belong
 */
export function fileStore(
  path: string,
  {
    source,
    firstDay = '',
    clock = systemClock,
    shard,
  }: {
    readonly source: string;
    readonly firstDay?: Day;
    readonly clock?: Clock;
    readonly shard?: StateDocument['shard'];
  },
): CheckpointStore {
  const readings = `${path}.readings`;
  const memory = `${path}.memory`;
  const folder = new OutputFolder(dirname(path), { ownerOnly: true, clock });
  return {
    place: path,
    lock: (options) => lockState(path, options),
    load: () => load(path, source, firstDay),
    save: async (document) => {
      const text = stateText({ ...document, ...(shard && { shard }) });
      await folder.replaceFile([basename(path)], (file) => file.write(text));
    },
    journal: fileJournal(`${path}.delivered`, { clock }),
    readings: readingsFolder(new OutputFolder(readings, { ownerOnly: true, clock })),
    memory: memoryInFile(basename(memory), folder),
    setAside: async (nowMs) => {
      const aside = `${path}.${stampOf(nowMs)}`;
      // First: where a kill comes between, what lags behind a state does no harm.
      await moveIfThere(readings, `${aside}.readings`, clock);
      await moveIfThere(memory, `${aside}.memory`, clock);
      return (await moveIfThere(path, aside, clock)) ? aside : undefined;
    },
  };
}

async function load(path: string, source: string, firstDay: Day): Promise<StateDocument | undefined> {
  const text = await readText(path);
  return text === undefined ? undefined : documentIn(parsedDocument(text), path, { source, firstDay });
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return (await readRegularFile(path)).toString();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    const [why, hint] = whyNotRead(error);
    if (error instanceof NotAFileError) throw stateRefused(path, why, 'Name a file in `state: { path: … }`.');
    throw stateRefused(path, why, hint, 'STATE_UNREADABLE');
  }
}

async function moveIfThere(path: string, aside: string, clock: Clock): Promise<boolean> {
  try {
    await whenLetGo(path, clock, () => rename(path, aside));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw fileError(path, error);
  }
}
