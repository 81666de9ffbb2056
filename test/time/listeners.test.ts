import { expect, it, onTestFinished } from 'vitest';
import { withDeadline } from '../../src/time/limits.js';

it('many may wait under one signal, without a word of a leak', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => warnings.push(warning);
  process.on('warning', note);
  onTestFinished(() => void process.off('warning', note));
  const { signal } = new AbortController();

  await Promise.all(
    Array.from({ length: 40 }, (_, at) => withDeadline('Waiting', 60_000, signal, async () => at)),
  );
  await new Promise((resolve) => setImmediate(resolve));

  expect(warnings).toEqual([]);
});
