import { ExportError } from '../../errors/export-error.js';
import type { Shard } from '../../plan/shard.js';
import { formatCount } from '../../text/text-table.js';

/** More would be a slip of the hand. */
const MOST = 10_000;

/**
 * The part of the work that `--shard I/N` names. Schedulers that count from 0 write `0+1/4`.
 *
 * @throws ExportError `USAGE`
 */
export function shardFor(text: string | undefined): Shard | undefined {
  if (text === undefined) return undefined;
  const [, index, plus, count] = /^(\d{1,6})(\+1)?\/(\d{1,6})$/.exec(text) ?? [];
  if (index === undefined || count === undefined)
    throw refused('--shard must be I/N, such as 2/3: the second of three parts.');
  const [number, of] = [Number(index) + (plus === undefined ? 0 : 1), Number(count)];
  if (of < 1 || of > MOST) throw refused(`--shard ${text}: there can be 1 to ${formatCount(MOST)} parts.`);
  if (number < 1 || number > of) {
    const counted = of === 1 ? 'the only part is 1/1' : `the parts are 1/${of} to ${of}/${of}`;
    throw refused(`--shard ${text}: ${counted}.`);
  }
  return { number, of };
}

function refused(message: string): ExportError {
  return new ExportError('USAGE', message, {
    kind: 'config',
    hint: 'Run the same command once for each part, with the same N: --shard 1/N to --shard N/N. Where parts are counted from 0, write --shard 0+1/N.',
  });
}
