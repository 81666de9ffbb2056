import type { Row, Value } from '../streams/field.js';

/** Records with the same values in the columns of a {@link GroupTable}, as `GROUP BY` forms them. */
export interface Group {
  /** What was memoized for the group, by slot: see `Dictionary.memoize`. */
  readonly memos: unknown[];
}

/** A record with its values by position, in the order of the stream's fields, and with its group of each table. */
export interface GroupedRow {
  readonly row: Row;
  readonly values: readonly Value[];
  readonly groups: readonly Group[];
}

/** Groups that a table knows at once; it bounds the memory of the table and of what is memoized for its groups. */
export const MAX_GROUPS = 2_048;
/** Columns with fewer records to a group hardly repeat: looking groups up would cost more than memoizing saves. */
const MIN_ROWS_PER_GROUP = 4;

/**
 * The dictionary of a few neighbouring columns: a trie with a level for each column, at whose leaves are the groups. A
 * table that is full begins anew; one whose groups were too small by then is given up, and makes a new group of every
 * record.
 */
export class GroupTable {
  /** Positions of its columns among the values of a record. */
  readonly columns: readonly number[];
  #root: TrieNode = { children: new Map() };
  #groups = 0;
  #rows = 0;
  #isWorthwhile = true;

  constructor(columns: readonly number[]) {
    this.columns = columns;
  }

  groupOf(values: readonly Value[]): Group {
    if (!this.#isWorthwhile) return { memos: [] };
    this.#rows += 1;
    const columns = this.columns;
    let node = this.#root;
    for (let at = 0; at < columns.length; at += 1) {
      const value = values[columns[at] as number];
      if (typeof value === 'object' && value !== null) {
        // Lists are equal by what they hold, and are never taken for other values.
        node = childOf(childOf(node, LIST), value.length);
        for (let item = 0; item < value.length; item += 1) node = childOf(node, value[item]);
      } else node = childOf(node, value);
    }
    if (node.group === undefined) {
      if (this.#groups === MAX_GROUPS) this.#beginAnew();
      this.#groups += 1;
      node.group = { memos: [] };
    }
    return node.group;
  }

  #beginAnew(): void {
    this.#isWorthwhile = this.#rows >= MIN_ROWS_PER_GROUP * MAX_GROUPS;
    this.#root = { children: new Map() };
    this.#groups = 0;
    this.#rows = 0;
  }
}

/** Goes before the length and the items of a list. */
const LIST = Symbol('list');

type TrieKey = Value | undefined | typeof LIST;

interface TrieNode {
  readonly children: Map<TrieKey, TrieNode>;
  /** A cache of one entry: many records go the way of the one before, and comparing is quicker than looking up. */
  lastKey?: TrieKey;
  lastChild?: TrieNode;
  group?: Group;
}

function childOf(node: TrieNode, key: TrieKey): TrieNode {
  if (node.lastChild !== undefined && node.lastKey === key) return node.lastChild;
  let child = node.children.get(key);
  if (child === undefined) {
    child = { children: new Map() };
    node.children.set(key, child);
  }
  node.lastKey = key;
  node.lastChild = child;
  return child;
}
