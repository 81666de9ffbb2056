/** The value of a tag whose field is empty: `model:none` can be searched for, a missing tag cannot. */
const ABSENT = 'none';
/** @see https://docs.datadoghq.com/getting_started/tagging/#define-tags */
export const MAX_CHARACTERS = 200;

/** `key:value`, normalized; `key:none` for null, for an empty text and for one of which nothing is left. */
export function tag(key: string, value: string | null): string {
  const normalized = normalizeTag(`${key}:${value ?? ''}`);
  return normalized === key ? `${key}:${ABSENT}` : normalized;
}

/**
 * A tag as Datadog stores it, by its rules in its order: one form and lower case; letters (of any script), digits and
 * `- : . /` stay, a run of anything else is one underscore; what stands before the first letter goes; 200 characters;
 * no underscore and no colon at the end. Series are told apart by their tags, so values must be added up after this, or
 * two series would become one and the later would overwrite the earlier.
 *
 * Datadog changes nothing of what comes out, by whichever reading of its rules: else it would make one of two that we
 * hold apart.
 * @see https://docs.datadoghq.com/getting_started/tagging/#define-tags
 * @see https://docs.datadoghq.com/developers/guide/what-best-practices-are-recommended-for-naming-metrics-and-tags/
 * the underscores that are reduced to one, and those at the end that are removed
 * @see https://github.com/DataDog/datadog-serverless-functions/pull/240 the order
 */
export function normalizeTag(text: string): string {
  const allowed = text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{Nd}:./-]+/gu, '_')
    .replace(/^\P{L}+/u, '');
  const cut = allowed.length > MAX_CHARACTERS ? [...allowed].slice(0, MAX_CHARACTERS).join('') : allowed;
  return cut.replace(/[_:]+$/, '');
}

/** `env` of `env:prod`; all of a tag without a value. */
export function tagKey(tag: string): string {
  const end = tag.indexOf(':');
  return end < 0 ? tag : tag.slice(0, end);
}

/** The tags of a series in their one form. */
export interface TagSet {
  /** Normalized, sorted, without repeats. */
  readonly tags: readonly string[];
  /** The text that tells tag sets apart; a normalized tag holds no comma. */
  readonly key: string;
}

/** Tags that are normalized already, without empty ones. */
export function tagSet(normalized: Iterable<string>): TagSet {
  const tags = [...new Set(normalized)].filter((text) => text !== '').sort();
  return { tags, key: tags.join(',') };
}
