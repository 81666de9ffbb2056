import { defineSourceType } from '../../src/catalogue/source-type.js';
import { mergeProjectMemory } from './account/merge-memory.js';
import { lastNameIn } from './account/project-memory.js';
import { doubtOnBaseUrl } from './api/base-url.js';
import { deepgramSettings } from './settings.js';
import { lineFor } from './streams/line-for.js';
import { RETENTION_DAYS } from './streams/requests.js';
import { selectStreams } from './streams/select-streams.js';
import { streamsSettings } from './streams/streams-settings.js';

/** A Deepgram account, by its management API. */
export const deepgramType = defineSourceType({
  settings: deepgramSettings,
  streams: streamsSettings,
  selectStreams,
  lineFor,
  nameIn: lastNameIn,
  mergeMemory: mergeProjectMemory,
  limits: {
    // Deepgram was founded in 2015.
    firstDay: '2015-01-01',
    longestLookback: {
      ms: RETENTION_DAYS * 86_400_000,
      words: `the ${RETENTION_DAYS} days that Deepgram keeps requests`,
    },
    planNote: 'A day with more than 1,000 requests takes about one call more for every 900 of them.',
  },
  doubt: ({ base_url: baseUrl }) => doubtOnBaseUrl(baseUrl),
  open: async (settings, context) => {
    const { deepgramSource } = await import('./deepgram-source.js');
    return deepgramSource(settings, context);
  },
});
