import { createHash } from 'node:crypto';

/** File systems take 255 bytes a name; this leaves room for what is put around a segment. */
const LONGEST = 120;

/**
 * One safe file-name segment for an id from outside: letters, digits, `_` and `-` stay, every other byte
 * becomes `%XX`, so no id can name a parent folder, a hidden file or an extension. Different ids give
 * different segments; a long one is cut and told apart by its hash, and so is one that is no proper text. `%-`
 * stands before the hash, since no id gives it.
 */
export function pathSegment(id: string): string {
  if (id === '') return '%';
  let segment = '';
  for (const byte of Buffer.from(id)) {
    const character = String.fromCharCode(byte);
    segment += /[A-Za-z0-9_-]/.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  const isWhole = segment.length <= LONGEST && Buffer.from(id).toString() === id;
  return isWhole ? segment : `${segment.slice(0, LONGEST - 18)}%-${hashOf(id)}`;
}

/** Of its UTF-16 units: halves of a surrogate pair are all the same byte in UTF-8. */
function hashOf(id: string): string {
  return createHash('sha256').update(id, 'utf16le').digest('hex').slice(0, 16);
}
