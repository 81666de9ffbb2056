import { createHash } from 'node:crypto';
import { pathSegment } from '../../../src/files/path-segment.js';
import type { Partition } from '../../../src/streams/partition.js';
import type { CostLine } from './cost-lines.js';

/** A file of costs to be uploaded: the whole of one project and day. */
export interface CostFile {
  readonly name: string;
  /** JSON: a list of charges. */
  readonly content: string;
}

/** What all names begin with; files of others are left alone. */
export const OWN = 'deepgram-export_';
const NAME = /^(deepgram-export_.+_\d{4}-\d{2}-\d{2}_)[0-9a-f]{16}\.json$/;

/**
 * What the names of all files of a project and day begin with, whichever stream they were made of: Datadog adds
 * files up, so there must be one.
 */
export function slotOf({ project, day }: Partition): string {
  // Some servers decode a `%` in the name of a file; a segment holds no dot of its own.
  return `${OWN}${pathSegment(project.id).replaceAll('%', '.')}_${day}_`;
}

/** The slot of a file by its name; undefined for a file that this program has not uploaded. */
export function slotOfName(name: string): string | undefined {
  return NAME.exec(name)?.[1];
}

/** The same charges have the same name, in whatever order they come. */
export function costFile(slot: string, lines: readonly CostLine[]): CostFile {
  const sorted = lines.map((line) => JSON.stringify(line)).sort();
  const content = `[${sorted.join(',\n')}]\n`;
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 16);
  return { name: `${slot}${hash}.json`, content };
}
