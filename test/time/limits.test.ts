import { expect, it } from 'vitest';
import { withTimeout } from '../../src/time/limits.js';

it('does not begin what is aborted already', async () => {
  let begun = false;
  const work = async () => {
    begun = true;
  };

  const result = withTimeout(AbortSignal.abort(), 1_000, () => new Error('late'), work);

  await expect(result).rejects.toMatchObject({ code: 'ABORTED' });
  expect(begun).toBe(false);
});
