/**
 * Works through items, so many at once at most, each when its turn comes. The first failure keeps further items from
 * being begun, and is thrown when what is under way has ended.
 */
export async function forEachConcurrent<Item>(
  most: number,
  items: Iterable<Item>,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  // One iterator for all: whoever fails closes it, and so ends the others.
  const queue = (function* () {
    yield* items;
  })();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  const outcomes = await Promise.allSettled(Array.from({ length: most }, worker));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}
