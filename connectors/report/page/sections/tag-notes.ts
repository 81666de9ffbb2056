/** Why rows by tags add up, or do not. */
export const TAG_SETS_NOTE = 'A request is in one row: that of all its tags together. These rows add up.';
export const SINGLE_TAGS_NOTE =
  'A request with several tags counts for each of them, so these rows are more than the whole when added up.';
