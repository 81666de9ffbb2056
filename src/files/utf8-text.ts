/** Bytes to begin with; enough for most batches. */
const ROOM = 262_144;
/** Bytes that a UTF-16 unit takes at most. */
const WIDEST = 3;

/**
 * Encodes the texts of batches as UTF-8, one item after the other into the same bytes: a text of the whole batch
 * would be put together first and copied afterwards, and new bytes for each batch would be most of the memory that
 * a sink takes.
 */
export class Utf8Text {
  #bytes: Buffer = Buffer.alloc(0);

  /** The bytes are good until the next call; who keeps them longer takes a copy. */
  encode<Item>(items: Iterable<Item>, textOf: (item: Item) => string): Buffer {
    let end = 0;
    for (const item of items) {
      const text = textOf(item);
      this.#makeRoom(end, end + text.length * WIDEST);
      end += this.#bytes.write(text, end);
    }
    return this.#bytes.subarray(0, end);
  }

  #makeRoom(used: number, needed: number): void {
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2, ROOM));
    this.#bytes.copy(larger, 0, 0, used);
    this.#bytes = larger;
  }
}
