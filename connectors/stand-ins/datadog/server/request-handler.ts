import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, found, NOT_FOUND, refused } from '../endpoints/answers.js';
import type { ApplicationEndpoint } from '../endpoints/application-endpoint.js';
import { BadPayload } from '../endpoints/encoded-body.js';
import type { PayloadEndpoint } from '../endpoints/payload-endpoint.js';
import { readBody, send, urlOf } from './http.js';

/** What goes wrong with a call: an answer that is given instead, a call left without one, or one cut off. */
export type IntakeFault = 'hang' | 'cut' | (Partial<Answer> & Pick<Answer, 'status'>);

/** How the server behaves; a test changes it. */
export interface Behaviour {
  /**
   * Faults to come, one for each payload, or undefined for one without. Of `unanswered` the payload is taken, and the
   * connection cut off in place of the answer.
   */
  readonly faults: (IntakeFault | 'unanswered' | undefined)[];
  /** What every call meets until it is taken back; undefined at first. */
  lastingFault: IntakeFault | undefined;
  /** Time that a payload takes, in milliseconds; it is stored in the middle of it. 0 at first. */
  slownessMs: number;
}

export interface Served {
  readonly apiKey: string;
  /** Without one, no application key is let in. */
  readonly appKey: string | undefined;
  /** By call, such as `POST /api/v2/series`. */
  readonly payloads: Readonly<Record<string, PayloadEndpoint>>;
  readonly applications: readonly ApplicationEndpoint[];
  readonly behaviour: Behaviour;
}

/** Checks the keys, plays the faults and sends the answers of the endpoints. */
export function requestHandler(served: Served) {
  const { apiKey, appKey, payloads, applications, behaviour } = served;

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const call = `${request.method} ${request.url}`;
    const payload = payloads[call];
    const refuse = payload?.refused ?? refused;
    try {
      if (behaviour.lastingFault !== undefined) playFault(behaviour.lastingFault, refuse, request, response);
      else if (request.headers['dd-api-key'] !== apiKey) {
        request.resume();
        send(response, refuse(403, 'Forbidden'));
      } else if (payload !== undefined) await takePayload(payload, behaviour, request, response);
      else if (call === 'GET /api/v1/validate') send(response, found({ valid: true }));
      else {
        const { pathname } = urlOf(request);
        const endpoint = applications.find(({ pattern }) => pattern.test(pathname));
        if (endpoint === undefined) send(response, NOT_FOUND);
        else await takeCall(endpoint, appKey, request, response);
      }
    } catch (error) {
      if (!(error instanceof BadPayload)) throw error;
      send(response, refuse(error.status, error.message));
    }
  };

  return (request: IncomingMessage, response: ServerResponse): void => {
    handle(request, response).catch(() => response.destroy());
  };
}

async function takePayload(
  endpoint: PayloadEndpoint,
  behaviour: Behaviour,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  const fault = behaviour.faults.shift();
  if (fault !== undefined && fault !== 'unanswered') {
    return playFault(fault, endpoint.refused, request, response);
  }
  await delay(behaviour.slownessMs / 2);
  await endpoint.take(body, request.headers['content-encoding']);
  await delay(behaviour.slownessMs / 2);
  if (fault === 'unanswered') response.destroy();
  else send(response, { status: 202, body: endpoint.accepted });
}

async function takeCall(
  endpoint: ApplicationEndpoint,
  appKey: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = urlOf(request);
  const call = {
    method: request.method ?? 'GET',
    path: pathname,
    captured: (endpoint.pattern.exec(pathname) ?? []).slice(1).map((part) => part ?? ''),
    query: searchParams,
    contentType: request.headers['content-type'],
    body: await readBody(request),
  };
  const fault = endpoint.receive(call);
  if (fault?.when === 'before') {
    return send(response, { headers: {}, ...fault, ...refused(fault.status, `Fault ${fault.status}`) });
  }
  if (appKey === undefined || request.headers['dd-application-key'] !== appKey) {
    return send(response, refused(403, 'Forbidden'));
  }
  const answer = await endpoint.answer(call);
  if (fault?.when === 'after') response.destroy();
  else send(response, answer);
}

function playFault(
  fault: IntakeFault,
  refuse: PayloadEndpoint['refused'],
  request: IncomingMessage,
  response: ServerResponse,
): void {
  request.resume();
  if (fault === 'hang') return;
  if (fault === 'cut') response.destroy();
  else send(response, { ...refuse(fault.status, `Fault ${fault.status}`), ...fault });
}
