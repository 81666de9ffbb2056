import type { Stream } from '../../../src/streams/stream.js';
import { billing } from '../../deepgram/streams/billing.js';
import { requests } from '../../deepgram/streams/requests.js';

/** True for the bill and its breakdowns, and for requests: no bill names a model. */
export function isAboutMoney({ kind, source }: Stream): boolean {
  return source === billing.source && (kind === billing.kind || kind === requests.kind);
}
