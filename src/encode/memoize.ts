import type { Row } from '../streams/field.js';
import { type Group, type GroupedRow, MAX_GROUPS } from './group-table.js';

/**
 * Memoizes `make` by the groups of these tables, in a slot of the group of the first one.
 *
 * @param slot of this memo alone
 */
export function memoizeByGroups<Made extends object>(
  slot: number,
  [first, ...others]: readonly [number, ...number[]],
  make: (row: Row) => Made,
): (record: GroupedRow) => Made {
  return others.length === 0 ? byOneGroup(slot, first, make) : bySeveralGroups(slot, first, others, make);
}

function byOneGroup<Made extends object>(
  slot: number,
  table: number,
  make: (row: Row) => Made,
): (record: GroupedRow) => Made {
  return ({ row, groups }) => {
    // Safe, here and below: only this memo uses its slot.
    const memos = (groups[table] as Group).memos as Made[];
    let memo = memos[slot];
    if (memo === undefined) {
      memo = make(row);
      memos[slot] = memo;
    }
    return memo;
  };
}

/** Below the slot is a trie once more, with a level for the groups of each further table. */
function bySeveralGroups<Made extends object>(
  slot: number,
  first: number,
  others: readonly number[],
  make: (row: Row) => Made,
): (record: GroupedRow) => Made {
  return ({ row, groups }) => {
    const memos = (groups[first] as Group).memos as MemoNode<Made>[];
    let node = memos[slot];
    if (node === undefined) {
      node = { children: new Map() };
      memos[slot] = node;
    }
    for (const table of others) {
      const group = groups[table] as Group;
      let child = node.children.get(group);
      if (child === undefined) {
        child = { children: new Map() };
        // The table of these groups begins anew now and then: groups that it forgot would be held here for good.
        if (node.children.size >= MAX_GROUPS) node.children.clear();
        node.children.set(group, child);
      }
      node = child;
    }
    node.memo ??= make(row);
    return node.memo;
  };
}

interface MemoNode<Made> {
  readonly children: Map<Group, MemoNode<Made>>;
  memo?: Made;
}
