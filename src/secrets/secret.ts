import { inspect } from 'node:util';

const REDACTED = '[REDACTED]';

/**
 * A key or password. It prints as `[REDACTED]` in templates, JSON, `console.log` and errors; only
 * {@link Secret.reveal} gives the text, and only code that writes a header calls it.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}

/** Every secret in a tree of settings. */
export function secretsIn(value: unknown): Secret[] {
  if (value instanceof Secret) return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(secretsIn) : [];
}
