import { suggestion } from '../../src/config/mistakes/suggestion.js';
import type { BreakdownName } from '../report/account/day-amounts.js';
import type { Dimension as Grouping } from '../report/account/grouped-amounts.js';
import { SINGLE_TAGS_NOTE, TAG_SETS_NOTE } from '../report/page/sections/tag-notes.js';

/** What a month can be broken down by, in the words of `--by`. */
export type Dimension = keyof typeof DIMENSIONS;

interface About {
  /** What a row is of. */
  readonly of: string;
  /** Left out where it is told by whose bill it is. */
  readonly breakdown?: BreakdownName;
  /** What a breakdown of the bill must be grouped by. Left out where the whole bill will do, or the request log. */
  readonly grouping?: Grouping;
  /** False where rows are more than the whole when added up. */
  readonly addsUp: boolean;
  /** True where what has a name has an id as well. */
  readonly hasIds: boolean;
  /** True where a row belongs to one project, whether or not projects are asked for. */
  readonly isOfProject: boolean;
  readonly note?: string;
}

const PLAIN = { addsUp: true, hasIds: false, isOfProject: false } as const;

/** The API key of one project and that of another are two. */
export const DIMENSIONS = {
  project: { ...PLAIN, of: 'project', isOfProject: true },
  api_key: {
    ...PLAIN,
    of: 'API key',
    breakdown: 'cost_accessor',
    grouping: 'accessor',
    hasIds: true,
    isOfProject: true,
  },
  tags: { ...PLAIN, of: 'tags together', breakdown: 'cost_tags', grouping: 'tags', note: TAG_SETS_NOTE },
  tag: {
    ...PLAIN,
    of: 'tag',
    breakdown: 'cost_tag',
    grouping: 'tags',
    addsUp: false,
    note: SINGLE_TAGS_NOTE,
  },
  line_item: { ...PLAIN, of: 'line item', breakdown: 'cost_line_item', grouping: 'line_item', hasIds: true },
  model: {
    ...PLAIN,
    of: 'model',
    breakdown: 'cost_models',
    note: 'From the request log: the bill names no models.',
  },
} as const satisfies Record<string, About>;

export function aboutDimension(by: Dimension): About {
  return DIMENSIONS[by];
}

/** The dimensions of `--by`, each once. What is wrong with it, else. */
export function dimensionsIn(
  given: string,
): { readonly by: readonly Dimension[] } | { readonly mistake: string } {
  const names = Object.keys(DIMENSIONS);
  const words = given.split(',').map((word) => word.trim());
  const unknown = words.find((word) => !names.includes(word));
  if (unknown !== undefined) {
    return { mistake: `--by: must be a list of ${names.join(', ')}${suggestion(unknown, names)}` };
  }
  // Safe: they are among the names.
  return { by: [...new Set(words)] as Dimension[] };
}
