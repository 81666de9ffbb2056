import type { Asset } from './assets/datadog-assets.js';
import { unsent } from './assets/unsent.js';
import type { ShownSink } from './install-target.js';

/** What will not be seen as things stand: what the sink does not send. */
export function unsentNotes(
  assets: readonly Asset[],
  { name, settings, streams }: ShownSink,
): readonly string[] {
  const { prefix, dimensions } = settings;
  const lacking = unsent(assets, { prefix, dimensions, streams });
  const notes: string[] = [];
  if (lacking.streams.length > 0) {
    notes.push(
      `The sink ${name} does not get ${lacking.streams.join(', ')}: what shows them stays empty, and an alarm on them silent.`,
    );
  }
  if (lacking.dimensions.length > 0) {
    notes.push(
      `\`dimensions\` of the sink ${name} leaves out ${lacking.dimensions.join(', ')}: what is split or narrowed by it stays empty, and an alarm on it silent.`,
    );
  }
  return notes;
}

export const TELLS_NOBODY =
  'A new monitor tells nobody: name whom with --notify, or in its message in Datadog, which later installs keep.';
