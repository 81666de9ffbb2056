/** What is remembered at most; columns of few values have far fewer. */
const MOST = 512;
/** A column that filled the memory so often has many values: remembering them would cost more than it saves. */
const PATIENCE = 4;

/**
 * Remembers what was made of values that repeat, as most texts of a request log do. Its memory is bounded: when it is
 * full it begins anew, and gives up on values that do not repeat.
 */
export function remembering<Key, Made>(make: (key: Key) => Made): (key: Key) => Made {
  const made = new Map<Key, Made>();
  let patience = PATIENCE;
  return (key) => {
    if (patience === 0) return make(key);
    const known = made.get(key);
    if (known !== undefined) return known;
    if (made.size >= MOST) {
      made.clear();
      patience -= 1;
    }
    const result = make(key);
    made.set(key, result);
    return result;
  };
}
