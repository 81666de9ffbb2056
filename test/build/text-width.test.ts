import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import textWidth from '../../build/text-width.mjs';

/** What yargs brings, and our bundle leaves out. */
const STRING_WIDTH = createRequire(import.meta.resolve('yargs')).resolve('string-width');

it('is what string-width says, for any text that help is made of', async () => {
  const { default: stringWidth } = await import(pathToFileURL(STRING_WIDTH).href);
  const letter = fc.constantFrom(...' abcXYZ019<>[]$-_,.:;"|é–…×·→', '\u001b[1m', '\u001b[39m');

  fc.assert(
    fc.property(fc.array(letter, { maxLength: 120 }), (letters) => {
      const text = letters.join('');
      expect(textWidth(text)).toBe(stringWidth(text));
    }),
  );
});
