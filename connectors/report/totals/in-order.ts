/**
 * What `make` makes of each item, in the order of the items, while it works on the next ones already: so many at once
 * at most, the one that is yielded included.
 */
export async function* inOrder<Item, Made>(
  most: number,
  items: Iterable<Item>,
  make: (item: Item) => Promise<Made>,
): AsyncGenerator<Made> {
  const underWay: Promise<Made>[] = [];
  for (const item of items) {
    const made = make(item);
    made.catch(() => {}); // thrown when its turn comes
    underWay.push(made);
    if (underWay.length >= most) yield underWay.shift() as Promise<Made>; // safe: there is one
  }
  yield* underWay;
}
