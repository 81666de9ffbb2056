import { crc32 } from 'node:zlib';
import type { OutputFolder } from '../../files/output-folder.js';
import { journalRefused, readJournalFile } from './journal-file.js';

/** `dgxids 1`: says what the file is; also that it was written on a machine of the same byte order. */
const MARK = 0x6467_7869_6473_2031n;
/** The mark and a checksum, 8 bytes each; then the ids. */
const HEAD_BYTES = 16;
const ID_BYTES = 8;

/** Reads sorted ids: 8 bytes each behind a short head. None where there is no file; damage is refused. */
export async function readIds(path: string): Promise<BigUint64Array> {
  const bytes = await readJournalFile(path);
  if (!bytes) return new BigUint64Array();
  const body = bytes.subarray(HEAD_BYTES);
  if (!headOf(body).equals(bytes.subarray(0, HEAD_BYTES)))
    throw journalRefused(path, 'it is damaged or cut off');
  const ids = new BigUint64Array(body.length / ID_BYTES);
  new Uint8Array(ids.buffer).set(body);
  return ids;
}

/** Replaces the ids, whole or not at all. */
export async function writeIds(folder: OutputFolder, name: string, ids: BigUint64Array): Promise<void> {
  const body = Buffer.from(ids.buffer, ids.byteOffset, ids.byteLength);
  await folder.replaceFile([name], async (file) => {
    await file.write(headOf(body));
    await file.write(body);
  });
}

function headOf(body: Buffer): Buffer {
  return Buffer.from(BigUint64Array.of(MARK, BigInt(crc32(body))).buffer);
}
