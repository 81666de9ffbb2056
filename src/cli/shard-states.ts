import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { CliContext } from '../catalogue/cli-context.js';
import { CheckpointTable } from '../checkpoints/checkpoint-table.js';
import { fileStore } from '../checkpoints/file/file-store.js';
import type { StateDocument } from '../checkpoints/file/state-document.js';
import type { Job } from '../config/job.js';
import type { SinkLane } from '../deliver/sink-lane.js';
import { ExportError } from '../errors/export-error.js';
import { isObjectUrl } from '../files/location.js';
import { type Shard, shardText } from '../plan/shard.js';
import { placeText } from './place-text.js';

/** Of a state in a file, each shard has one of its own beside it: `state.shard-2.json`. */
export function pathOfShard(path: string, number: number): string {
  const [, before = path, extension = ''] = /^(.*?)(\.[^./\\]*)?$/s.exec(path) ?? [];
  return `${before}.shard-${number}${extension}`;
}

/** The files of shards that are there beside a state, in their order. */
export async function shardFiles(path: string): Promise<readonly string[]> {
  if (isObjectUrl(path)) return []; // of objects there are none
  const names = new Set(await readdir(dirname(path)).catch(() => []));
  const numbers = [...names].flatMap((name) => /\.shard-(\d{1,6})(?:\.[^.]*)?$/.exec(name)?.[1] ?? []);
  return [...new Set(numbers.map(Number))]
    .sort((one, other) => one - other)
    .map((number) => join(dirname(path), basename(pathOfShard(path, number))))
    .filter((file) => names.has(basename(file)));
}

/** Throws `USAGE` where one process alone may deliver to a sink. */
export function refuseAlone(lanes: readonly SinkLane[], shard: Shard | undefined): void {
  const alone = lanes.filter(({ sharing }) => sharing === undefined).map(({ name }) => name);
  if (shard === undefined || alone.length === 0) return;
  const others = lanes.filter(({ sharing }) => sharing !== undefined).map(({ name }) => name);
  const with_ =
    others.length === 0 ? '' : ` with \`--shard ${shardText(shard)} --sink ${others.join(',')}\` and`;
  throw new ExportError(
    'USAGE',
    `--shard: ${alone.join(', ')} can only be delivered to by one process at a time.`,
    {
      kind: 'config',
      hint: `Deliver to the others${with_} to ${alone.length === 1 ? 'this one' : 'these'} without --shard: \`sync --sink ${alone.join(',')}\`.`,
    },
  );
}

/**
 * What an append sink got as one of another number of parts, or of the whole, is only known to the file that says so: cut
 * otherwise, it would get days twice.
 *
 * @throws ExportError `STATE_REFUSED`
 */
export async function refuseOtherCuts(
  job: Job,
  lanes: readonly SinkLane[],
  shard: Shard | undefined,
  context: CliContext,
): Promise<void> {
  const appending = lanes.filter(({ appends }) => appends).map(({ name }) => name);
  const { path } = job.state;
  if (path === undefined || appending.length === 0) return;
  const { type: source, limits } = job.source;
  for (const file of [...(shard ? [path] : []), ...(await shardFiles(path))]) {
    const document = await fileStore(file, { source, firstDay: limits.firstDay }).load();
    if (document === undefined || document.shard?.of === shard?.of) continue;
    const table = new CheckpointTable(document, source);
    const sink = appending.find((name) => table.hasDelivered(name));
    if (sink !== undefined) throw otherCut(sink, placeText(file, context), document);
  }
}

function otherCut(sink: string, file: string, { shard }: StateDocument): ExportError {
  const [as, keep] = shard
    ? [`as one of ${shard.of} parts`, `Keep to --shard I/${shard.of}`]
    : ['without --shard', 'Leave out --shard'];
  return new ExportError(
    'STATE_REFUSED',
    `${sink} can only append, and ${file} says what it got ${as}: cut otherwise, it would get days twice.`,
    {
      kind: 'config',
      hint: `${keep}, or name the other sinks with --sink. Where the number of parts is to change, keep the state in PostgreSQL: \`state: { type: postgres, url: … }\`.`,
    },
  );
}
