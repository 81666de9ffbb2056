import { asyncBufferFromFile, parquetMetadataAsync } from 'hyparquet';
import { z } from 'zod';
import type { HeldPartition } from '../../../src/catalogue/sink.js';

/** Under which name a file says at its end how many records are in it, and which sums. */
const HOLDS = 'deepgram-export.holds';

const holds = z.object({ records: z.int().min(0), sums: z.record(z.string(), z.number()) });

/** What a file says about itself at its end. */
export function factsOfFile({ records, sums }: HeldPartition): Readonly<Record<string, string>> {
  return { [HOLDS]: JSON.stringify({ records, sums }) };
}

/** What a file says to hold; undefined where it is not whole, or not one of ours. */
export async function readHolds(path: string): Promise<HeldPartition | undefined> {
  try {
    const { num_rows: rows, key_value_metadata: facts = [] } = await parquetMetadataAsync(
      await asyncBufferFromFile(path),
    );
    const said = holds.parse(JSON.parse(facts.find(({ key }) => key === HOLDS)?.value ?? ''));
    return said.records === Number(rows) ? said : undefined;
  } catch {
    return undefined;
  }
}
