import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { roleScopes } from '../account/roles.js';
import type { StandInAccount } from '../account/stand-in-account.js';
import { uuidFor } from '../random/uuid.js';
import type { StandInOptions } from '../stand-in-options.js';
import { tooManyRequests } from './answers.js';
import { type Call, Faults } from './faults.js';
import { playFault } from './faulty-answer.js';
import { bodyOf, compressed, type OutgoingAnswer, send } from './outgoing-answer.js';
import { route } from './routes.js';

/** Takes the calls in, notes them and sends the answers out. */
export class RequestHandler {
  readonly calls: Call[] = [];
  readonly faults = new Faults();
  peakInFlight = 0;
  readonly #account: StandInAccount;
  readonly #options: StandInOptions;
  #inFlight = 0;

  constructor(account: StandInAccount, options: StandInOptions) {
    this.#account = account;
    this.#options = options;
  }

  async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#inFlight += 1;
    this.peakInFlight = Math.max(this.peakInFlight, this.#inFlight);
    let open = true;
    const ended = () => {
      if (open) this.#inFlight -= 1;
      open = false;
    };
    // A client may have an answer, and be back with its next call, before the answer's connection is told so.
    response.once('finish', ended).once('close', ended);
    const requestId = uuidFor(this.#options.seed ?? 1, this.calls.length);
    try {
      await this.#answer(request, response, requestId);
    } catch (error) {
      // A day's number of requests may come from a function of the caller's, and that may throw.
      if (response.headersSent) response.destroy();
      else send(response, bodyOf({ status: 500, body: String(error) }));
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> {
    const { latencyMs = 0, maxInFlight = Number.POSITIVE_INFINITY } = this.#options;
    const call = this.#note(request);
    const full = this.#inFlight > maxInFlight;
    if (latencyMs > 0) await delay(latencyMs);
    if (full) return send(response, bodyOf(tooManyRequests(requestId)));
    const healthy = () => this.#healthy(call, requestId);
    if (call.fault === undefined) {
      const answer = await healthy();
      return send(response, this.#wantsGzip(request) ? await compressed(answer) : answer);
    }
    await playFault(call.fault, {
      response,
      faults: this.faults,
      nowMs: this.#account.clock.now(),
      requestId,
      elsewhere: `http://localhost:${request.socket.localPort}${request.url}`,
      healthy,
    });
  }

  #note(request: IncomingMessage): Call {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stand-in');
    const { apiKey = 'stand-in-key' } = this.#options;
    const seen = {
      method: request.method ?? 'GET',
      path: pathname,
      query: searchParams,
      authorizationOk: request.headers.authorization === `Token ${apiKey}`,
    };
    const call = { ...seen, fault: this.faults.take(seen) };
    this.calls.push(call);
    return call;
  }

  async #healthy(call: Call, requestId: string): Promise<OutgoingAnswer> {
    const { role = 'owner', refusals = '403-category', answers = {}, errors = {} } = this.#options;
    const { scopes = roleScopes[role] } = this.#options;
    const answer = bodyOf(await route(this.#account, { scopes, refusals, answers, errors }, call, requestId));
    return { ...answer, headers: { ...answer.headers, 'dg-request-id': requestId } };
  }

  #wantsGzip(request: IncomingMessage): boolean {
    return this.#options.gzip !== false && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  }
}
