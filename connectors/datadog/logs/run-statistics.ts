import type { ClosingReport } from '../../../src/catalogue/sink.js';
import { counted } from '../../../src/text/text-table.js';

/** What the whole run sent and left out, in logs. */
export class RunStatistics {
  sent = 0;
  payloads = 0;
  wireBytes = 0;
  /** Sent again after a call that may have come through. */
  inDoubt = 0;
  /** Left out because they were too old. */
  late = 0;
  /** Sent as of their arrival because they were too old. */
  lateSent = 0;
  /** Sent as of their arrival because they were too far ahead. */
  ahead = 0;

  /** @param retries calls that were tries after a failure */
  report(retries: number): ClosingReport {
    const facts = {
      'logs sent': this.sent,
      'of them as of their arrival': this.lateSent + this.ahead,
      payloads: this.payloads,
      'bytes on the wire': this.wireBytes,
      'calls tried again': retries,
    };
    const notes: string[] = [];
    if (this.late > 0) {
      notes.push(
        'Requests older than 18 hours will not be sent later either. Run it at least every few hours, or set ' +
          '`late: send` for this sink: then such requests are sent as of their arrival.',
      );
    }
    if (this.ahead > 0) {
      notes.push(
        `${counted(this.ahead, 'request')} more than 2 hours ahead of this machine's clock ${this.ahead === 1 ? 'was' : 'were'} sent as of their ` +
          'arrival. Check the clock.',
      );
    }
    if (this.inDoubt > 0) {
      notes.push(
        'Logs that may be there twice have the same `@http.request_id`: count distinct ones of it where a number must be right.',
      );
    }
    return { facts, notes, ...(this.inDoubt > 0 ? { inDoubt: this.inDoubt } : {}) };
  }
}
