import type { Sink } from '../../src/catalogue/sink.js';

/** A destination made for one test, and what can be done to it. */
export interface SinkUnderTest {
  /** A new sink on the same destination, as a later run would open it. */
  open(): Promise<Sink>;
  /** All that a reader of the destination sees, as text by name: files, rows, points. */
  contents(): Promise<Readonly<Record<string, string>>>;
  /** Makes the destination fail for every call from now on, in a way that {@link mend} can undo. */
  breakDown(): Promise<void>;
  mend(): Promise<void>;
  /** Removes all that was delivered. Left out where that cannot be done. */
  clear?(): Promise<void>;
  dispose(): Promise<void>;
}

/** What a sink is like, and troubles that only some destinations know: each makes the next delivery meet it. */
export interface Particulars<Subject extends SinkUnderTest> {
  /**
   * `append`: what was written cannot be taken back. It accepts requests only, and is opened with what makes each
   * record leave once (see `sentOnce`). Default `replace`.
   */
  readonly delivery?: 'replace' | 'append';
  /** Takes calls and never answers. */
  readonly hang?: (subject: Subject) => Promise<void>;
  /** Fails once, in a way that passes by itself. */
  readonly stumble?: (subject: Subject) => Promise<void>;
  /** Takes some records and refuses others. */
  readonly refuseSome?: (subject: Subject) => Promise<void>;
}

/** As much of a test runner as the suite needs: that of vitest, jest, mocha or `node:test`. */
export interface TestRunner {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>): unknown;
}
