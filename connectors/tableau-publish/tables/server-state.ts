import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { OutputFolder } from '../../../src/files/output-folder.js';
import { readIfShort } from '../../../src/files/regular-file.js';
import type { Fingerprint } from './fingerprint.js';

/** What is known of a data source on the server: kept beside the records, so that a run sends what has changed since. */
export interface ServerState {
  /** Server, site, project and name: what is known of another place says nothing. */
  readonly target: string;
  /** Its own, so that no request is taken for one of a folder that was lost. */
  readonly id: string;
  /** The data source that was published; undefined before that. */
  readonly dataSource: string | undefined;
  readonly columns: readonly string[];
  /** Deliveries that have ended, whatever became of them. It makes two updates with the same rows two. */
  readonly deliveries: number;
  /**
   * A delivery that may have been done or not: it was begun, and nobody noted its end. The job of a publish is known once the
   * server has taken it.
   */
  readonly begun:
    | { readonly publish: true; readonly job?: string | undefined }
    | { readonly requestId: string }
    | undefined;
  /** What the data source holds of each partition, by its name. */
  readonly partitions: Readonly<Record<string, Fingerprint>>;
}

const VERSION = 1;
const MOST_BYTES = 64 * 1024 * 1024;

const schema = z.object({
  version: z.literal(VERSION),
  target: z.string(),
  id: z.string(),
  dataSource: z.string().optional(),
  columns: z.array(z.string()),
  deliveries: z.int().min(0),
  begun: z
    .union([
      z.object({ publish: z.literal(true), job: z.string().optional() }),
      z.object({ requestId: z.string() }),
    ])
    .optional(),
  partitions: z.record(z.string(), z.tuple([z.int(), z.number(), z.string()])),
});

/** Nothing is known of it. */
export function unknownState(target: string): ServerState {
  return {
    target,
    id: randomUUID(),
    dataSource: undefined,
    columns: [],
    deliveries: 0,
    begun: undefined,
    partitions: {},
  };
}

/** What is noted of a data source; nothing of a file that is missing, damaged, or about another place. */
export async function readState(folder: OutputFolder, name: string, target: string): Promise<ServerState> {
  const text = await readIfShort(folder.path(segmentsOf(name)), MOST_BYTES);
  const noted = text === undefined ? undefined : schema.safeParse(parsed(text)).data;
  if (noted?.target !== target) return unknownState(target);
  const { version: _, ...state } = noted;
  return { ...state, dataSource: state.dataSource, begun: state.begun };
}

/** Whole or not at all, and there after a power cut: what was begun must not be forgotten. */
export async function writeState(folder: OutputFolder, name: string, state: ServerState): Promise<void> {
  const text = `${JSON.stringify({ version: VERSION, ...state })}\n`;
  await folder.replaceFile(segmentsOf(name), (file) => file.write(text));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Hidden: what readers of an archive find in the folder is data. */
function segmentsOf(name: string): readonly string[] {
  return ['.published', `${name}.json`];
}
