import type { SourceType } from '../../src/catalogue/source-type.js';

/** A Deepgram account, by its management API. */
export const deepgramType: SourceType = {
  open: async (settings, { window, clock, log, env, userAgent }) => {
    const { createHttpClient } = await import('../../src/http/undici-client.js');
    const { explainRefusal } = await import('./api/deepgram-api.js');
    const { deepgramSource } = await import('./deepgram-source.js');
    const maxConcurrency = settings.max_concurrency;
    return deepgramSource({
      baseUrl: settings.base_url,
      apiKey: settings.api_key,
      projects: settings.projects,
      maxConcurrency,
      ages: { unknownAfterMs: settings.states.unknown_after, lostAfterMs: settings.states.lost_after },
      window,
      http: createHttpClient({ log, clock, userAgent, maxConcurrency, env, explain: explainRefusal }),
      log,
    });
  },
};
