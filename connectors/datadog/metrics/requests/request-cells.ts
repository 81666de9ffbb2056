import type { TagSet } from '../../shared/tags.js';

/** Cells that there is room for at first; it doubles when it is full. */
const ROOM = 1_024;

/**
 * Numbers in rows of equal width, one row for each tag set and bucket of time that requests were seen in. A busy day
 * has some hundred thousand of them, and as objects they would be most of what a run holds.
 */
export class RequestCells {
  readonly #width: number;
  #numbers: Float64Array;
  #count = 0;
  readonly #byTags = new Map<string, CellsOfTags>();

  /** @param width numbers a cell; they begin as NaN, which stands for nothing known */
  constructor(width: number) {
    this.#width = width;
    this.#numbers = new Float64Array(ROOM * width);
  }

  /** The cell of a tag set and a bucket (its start); made where there is none yet. */
  cellOf({ tags, key }: TagSet, bucket: number): number {
    let ofTags = this.#byTags.get(key);
    if (ofTags === undefined) {
      ofTags = { tags, cells: new Map() };
      this.#byTags.set(key, ofTags);
    }
    let cell = ofTags.cells.get(bucket);
    if (cell === undefined) {
      cell = this.#newCell();
      ofTags.cells.set(bucket, cell);
    }
    return cell;
  }

  /** How many cells there are; the next one gets this number. */
  get count(): number {
    return this.#count;
  }

  get(cell: number, column: number): number {
    return this.#numbers[cell * this.#width + column] ?? Number.NaN;
  }

  set(cell: number, column: number, value: number): void {
    this.#numbers[cell * this.#width + column] = value;
  }

  /** Adds to a number; one that is not known yet begins with this, and NaN adds nothing. */
  add(cell: number, column: number, value = Number.NaN): void {
    if (Number.isNaN(value)) return;
    const before = this.get(cell, column);
    this.set(cell, column, Number.isNaN(before) ? value : before + value);
  }

  /** The cells of each tag set together, so that a payload names the tags of a series once. */
  byTags(): Iterable<CellsOfTags> {
    return this.#byTags.values();
  }

  #newCell(): number {
    const cell = this.#count;
    this.#count += 1;
    if (this.#count * this.#width > this.#numbers.length) {
      const larger = new Float64Array(this.#numbers.length * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers.fill(Number.NaN, cell * this.#width, this.#count * this.#width);
    return cell;
  }
}

/** What was seen under one tag set. */
export interface CellsOfTags {
  readonly tags: readonly string[];
  /** The cells by the start of their bucket. */
  readonly cells: Map<number, number>;
}
