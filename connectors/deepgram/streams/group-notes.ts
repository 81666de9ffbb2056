/** What the breakdown of a total says of its groups, for whoever opens its table. */
export function groupNotes(total: 'usage' | 'billing', groupings: readonly string[]): string {
  return [
    `Its groups add up to ${total}. Breakdowns are of the same ${total}, so two of them are never added up.`,
    ...(groupings.includes('accessor')
      ? ['An accessor is the id of an API key (never the key), and api_key_name its comment.']
      : []),
    ...(groupings.includes('tags')
      ? [
          'A set of tags that came together is one group; what one tag comes to is the sum of all sets with it.',
        ]
      : []),
  ].join(' ');
}
