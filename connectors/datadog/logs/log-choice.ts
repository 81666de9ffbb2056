import { createHash } from 'node:crypto';
import type { Row } from '../../../src/streams/field.js';
import { textOf } from '../shared/row-values.js';
import type { DatadogLogsSettings } from './logs-settings.js';

/**
 * The settings `only` and `sample`. A request that failed or was lost is never sampled away: there are few of them,
 * and they are what a log is searched for.
 *
 * @returns why a request is left out; undefined for one that is to be sent
 */
export function logChoice({ only, sample }: DatadogLogsSettings) {
  return (row: Row): string | undefined => {
    // Seen only where no state is kept: else the core holds these back.
    if (row.settled === false) return 'not settled yet';
    if (row.status !== 'success') return undefined;
    if (only === 'errors') return 'no error (`only: errors`)';
    if (sample < 1 && !isSampled(row, sample)) return `not in the sample (\`sample: ${sample}\`)`;
    return undefined;
  };
}

const HASH_BYTES = 6;

/** By the id alone: the same on every machine and in every run, and a smaller sample is part of a larger one. */
function isSampled(row: Row, share: number): boolean {
  const id = textOf(row, 'request_id') ?? '';
  const hash = createHash('sha256').update(id).digest().readUIntBE(0, HASH_BYTES);
  return hash < share * 2 ** (8 * HASH_BYTES);
}
