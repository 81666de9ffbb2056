import type { Path, Position } from '../mistakes/mistake.js';

/** Where a text begins. */
export const START: Position = { line: 1, column: 1 };

/** Where the values of a configuration file stand, by their paths. */
export class Places {
  readonly #values = new Map<string, Position>();
  readonly #keys = new Map<string, Position>();

  /** @param key left out for what is in a list, and for the whole */
  set(path: Path, value: Position, key = value): void {
    this.#values.set(textOf(path), value);
    this.#keys.set(textOf(path), key);
  }

  /** Where the value at a path stands; for a path that is not there, the nearest key above it. */
  positionOf(path: Path): Position {
    return this.#values.get(textOf(path)) ?? this.keyPositionOf(path.slice(0, -1));
  }

  /** Where the last key of a path stands. */
  keyPositionOf(path: Path): Position {
    return this.#keys.get(textOf(path)) ?? (path.length === 0 ? START : this.positionOf(path));
  }
}

function textOf(path: Path): string {
  return JSON.stringify(path.map(String));
}
