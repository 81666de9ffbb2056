import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { loadText, right } from './load-text.js';

test('reading a configuration loads neither an HTTP client nor the clients of Datadog, PostgreSQL and object stores', async () => {
  const cache = createRequire(import.meta.url).cache;
  const sinks =
    'sinks: { dd: { type: datadog-metrics, api_key: dd-key-for-tests }, pg: { type: postgres, url: "postgres://h/d" }, s3: { type: ndjson, path: "s3://bucket/x" } }\nstate: { path: "s3://bucket/state.json" }';

  await loadText(right.replace(/sinks:.*/s, sinks));

  const loaded = Object.keys(cache).filter((path) =>
    /node_modules\/(undici|@datadog|pg[^/]*|aws4fetch|@xmldom)\//.test(path),
  );
  expect(loaded).toEqual([]);
});
