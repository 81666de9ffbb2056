/**
 * All items of a listing in pages, read until one brings nothing new: a page may be shorter than asked, and a server
 * that does not page gives the same one again.
 */
export async function pages<T>(
  read: (page: number) => Promise<readonly T[]>,
  idOf: (item: T) => string,
): Promise<readonly T[]> {
  const found = new Map<string, T>();
  for (let page = 0; ; page += 1) {
    const before = found.size;
    for (const item of await read(page)) found.set(idOf(item), item);
    if (found.size === before) return [...found.values()];
  }
}
