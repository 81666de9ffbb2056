import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { usage } from '../../../../connectors/deepgram/streams/usage.js';
import { newFolder, run } from '../tableau-folder.js';

/** What is loaded of the library that makes zips, which is CommonJS. */
const loaded = () =>
  Object.keys(createRequire(import.meta.url).cache).filter((path) => /node_modules\/yazl\//.test(path));

it('nothing that makes zips is loaded by who has none made', async () => {
  await run(await newFolder(), { streams: [usage] }, []);
  const without = loaded();
  await run(await newFolder(), { streams: [usage], package: true }, []);

  expect(without).toEqual([]);
  expect(loaded()).not.toEqual([]);
});
