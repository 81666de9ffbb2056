const MAX_CHARACTERS = 200;
/** Of any script: the page speaks of Unicode letters. */
const NOT_ALLOWED = /[^\p{L}\p{Nd}_:./-]/gu;

/**
 * A tag as it is stored: in lower case; with an underscore for each character that is not allowed, and one for several
 * in a row; without what stands before its first letter; cut; and without underscores and colons at its end.
 * @see https://docs.datadoghq.com/getting_started/tagging/#define-tags
 * @see https://github.com/DataDog/documentation/pull/6589 underscores at the end
 * @see https://github.com/DataDog/documentation/pull/10072 underscores in a row
 * @see https://github.com/DataDog/datadog-serverless-functions/pull/240 the order, and what becomes of the beginning
 */
export function storedTag(sent: string): string {
  const words = sent.toLowerCase().replace(NOT_ALLOWED, '_').split(/__+/).join('_');
  const start = words.search(/\p{L}/u);
  const kept = start < 0 ? [] : [...words.slice(start)].slice(0, MAX_CHARACTERS);
  while (kept.at(-1) === '_' || kept.at(-1) === ':') kept.pop();
  return kept.join('');
}
