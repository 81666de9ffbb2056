import { expect, it } from 'vitest';
import { withinTime } from '../../src/time/within-time.js';

it('does not begin what is aborted already', async () => {
  let begun = false;
  const work = async () => {
    begun = true;
  };

  const result = withinTime(AbortSignal.abort(), 1_000, () => new Error('late'), work);

  await expect(result).rejects.toMatchObject({ code: 'ABORTED' });
  expect(begun).toBe(false);
});
