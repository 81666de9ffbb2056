import type { Answer } from './answers.js';

/** An intake of payloads, which takes the API key alone. */
export interface PayloadEndpoint {
  /** What is said with the 202. */
  readonly accepted: object;
  readonly refused: (status: number, message: string) => Answer;
  /** Stores what is kept of a payload. Throws `BadPayload`. */
  take(body: Buffer, encoding: string | undefined): Promise<void>;
}
