import { describe, it } from 'vitest';
import { ndjsonSettings } from '../../connectors/ndjson/ndjson-settings.js';
import { ndjsonType } from '../../connectors/ndjson/ndjson-type.js';
import { parquetSettings } from '../../connectors/parquet/parquet-settings.js';
import { parquetType } from '../../connectors/parquet/parquet-type.js';
import { startObjectStore } from '../../connectors/stand-ins/s3/object-store.js';
import { tableauSettings } from '../../connectors/tableau/tableau-settings.js';
import { tableauType } from '../../connectors/tableau/tableau-type.js';
import { describeSinkConformance } from '../../connectors/testing/sink-conformance.js';
import { sinkContext } from '../../connectors/testing/sink-context.js';
import type { SinkUnderTest } from '../../connectors/testing/sink-under-test.js';
import type { Sink } from '../../src/catalogue/sink.js';
import type { SinkContext } from '../../src/catalogue/sink-type.js';
import { environmentOf, KEYS, objectContents } from './running-store.js';

const path = 's3://bucket/a prefix/out';

const SINKS: Readonly<Record<string, (context: SinkContext) => Promise<Sink>>> = {
  'ndjson (compression none)': (context) => ndjsonType.open(ndjsonSettings.parse({ path }), context),
  'ndjson (compression gzip)': (context) =>
    ndjsonType.open(ndjsonSettings.parse({ path, compression: 'gzip' }), context),
  parquet: (context) => parquetType.open(parquetSettings.parse({ path }), context),
  'tableau-csv (layout daily)': (context) =>
    tableauType.open(tableauSettings.parse({ path, layout: 'daily' }), context),
};

for (const [name, open] of Object.entries(SINKS)) {
  describeSinkConformance({ describe, it }, `${name} in an object store`, () => objectSinkUnderTest(open), {
    hang: async ({ failNext }) => failNext('hang'),
    stumble: async ({ failNext }) => failNext('slow-down'),
  });
}

interface ObjectSinkUnderTest extends SinkUnderTest {
  failNext(fault: 'hang' | 'slow-down'): void;
}

async function objectSinkUnderTest(
  open: (context: SinkContext) => Promise<Sink>,
): Promise<ObjectSinkUnderTest> {
  const store = await startObjectStore({ keys: KEYS, rules: { pageSize: 3 } });
  const none = () => undefined;
  return {
    open: () => open(sinkContext('/nowhere', { env: environmentOf(store) })),
    contents: async () => objectContents(store, 'a prefix/out/'),
    breakDown: async () => {
      store.fault = () => 'denied';
    },
    mend: async () => {
      store.fault = none;
    },
    clear: async () => store.buckets.get('bucket')?.objects.clear(),
    failNext: (fault) => {
      store.fault = ({ method }) => {
        if (method !== 'PUT') return undefined;
        store.fault = none;
        return fault;
      };
    },
    dispose: () => store.close(),
  };
}
