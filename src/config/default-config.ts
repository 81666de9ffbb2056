/** What is run without a file when the environment has a key. */
export const defaultConfig = `version: 1
source: { type: deepgram, api_key: "\${DEEPGRAM_API_KEY}" }
sinks:
  tableau: { type: tableau-csv, path: deepgram-export/tableau }
  ndjson: { type: ndjson, path: deepgram-export/ndjson }
`;

/** How the default is called in messages. */
export const DEFAULT_CONFIG_NAME = 'built-in configuration';
