import type { Value } from '../../../src/streams/field.js';

type Given = NonNullable<Value>;

/** Values that are known at once; it bounds the memory. */
const MOST_KNOWN = 2_048;
/** With fewer uses of each the values hardly repeat: looking them up would cost more than it saves. */
const FEWEST_USES = 4;

/**
 * Makes the same as `make`, and one and the same for equal values: nearly every text of a column was there before, and a
 * group of rows then holds it once. Begins anew where too many values are known, and is given up where they do not repeat.
 */
export function remember<Made>(make: (value: Given) => Made): (value: Given) => Made {
  let known: Known<Made> = new Map();
  let uses = 0;
  let size = 0;
  let isWorthwhile = true;
  return (value) => {
    if (!isWorthwhile) return make(value);
    uses += 1;
    const node = nodeOf(known, value);
    if ('made' in node) return node.made as Made; // safe: where it is there, it was made
    if (size === MOST_KNOWN) {
      isWorthwhile = uses >= FEWEST_USES * MOST_KNOWN;
      known = new Map();
      uses = 0;
      size = 0;
      return make(value);
    }
    size += 1;
    node.made = make(value);
    return node.made;
  };
}

type Known<Made> = Map<Given | typeof LIST, KnownValue<Made>>;

interface KnownValue<Made> {
  made?: Made;
  /** What is known of lists that begin so. */
  next?: Known<Made>;
}

/** Begins a list: `['a']` is another value than `'a'`. */
const LIST = Symbol('list');

function nodeOf<Made>(known: Known<Made>, value: Given): KnownValue<Made> {
  if (!Array.isArray(value)) return childOf(known, value);
  let node = childOf(known, LIST);
  for (const item of value) {
    node.next ??= new Map();
    node = childOf(node.next, item);
  }
  return node;
}

function childOf<Made>(known: Known<Made>, key: Given | typeof LIST): KnownValue<Made> {
  let child = known.get(key);
  if (child === undefined) {
    child = {};
    known.set(key, child);
  }
  return child;
}
