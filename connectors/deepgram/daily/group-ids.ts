import type { Named } from '../account/project-directory.js';
import { arrayOf, type Json, modelIdsOf, objectOf, textOf } from '../api/tolerant-json.js';

/** The ids in the groups of a usage or billing answer, of what has a name besides. */
export function groupIds(answer: Json): Readonly<Record<Named, ReadonlySet<string>>> {
  const models = new Set<string>();
  const apiKeys = new Set<string>();
  const lineItems = new Set<string>();
  for (const raw of arrayOf(answer.results)) {
    const grouping = objectOf(objectOf(raw)?.grouping) ?? {};
    for (const id of modelIdsOf(grouping.models) ?? []) models.add(id);
    const [accessor, lineItem] = [textOf(grouping.accessor), textOf(grouping.line_item)];
    if (accessor !== null) apiKeys.add(accessor);
    if (lineItem !== null) lineItems.add(lineItem);
  }
  return { models, apiKeys, lineItems };
}
