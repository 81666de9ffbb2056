const MAX_CHARACTERS = 200;
/** Of any script: the page speaks of Unicode letters. */
const NOT_ALLOWED = /[^\p{L}\p{Nd}_:./-]/gu;

/**
 * A tag as it is stored: in lower case, with an underscore for each character that is not allowed, cut, and without
 * underscores and colons at its end. What becomes of one that does not begin with a letter is not published: it stays.
 * @see https://docs.datadoghq.com/getting_started/tagging/#define-tags
 * @see https://github.com/DataDog/documentation/issues/6589 underscores at the end
 */
export function storedTag(sent: string): string {
  const spelled = [...sent.toLowerCase().replace(NOT_ALLOWED, '_')];
  return spelled
    .slice(0, MAX_CHARACTERS)
    .join('')
    .replace(/[_:]+$/, '');
}
