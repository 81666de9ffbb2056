/** What the stand-in says to a call. An object is sent as JSON, a string as plain text. */
export interface Answer {
  readonly status: number;
  readonly body: object | string;
  /** Default `application/json` for an object, `text/plain` for a string. */
  readonly contentType?: string;
}

/** The shape of older errors. */
function legacyError(status: number, code: string, message: string, requestId: string): Answer {
  return { status, body: { err_code: code, err_msg: message, request_id: requestId } };
}

/** The shape of newer errors. */
export function modernError(
  status: number,
  category: string,
  message: string,
  details: string,
  requestId: string,
): Answer {
  return { status, body: { category, message, details, request_id: requestId } };
}

export function unauthorized(requestId: string): Answer {
  return legacyError(401, 'INVALID_AUTH', 'Invalid credentials.', requestId);
}

/** How a missing permission is refused: as the field has seen it, or as the documentation has it. */
export type RefusalForm = '403-category' | '401-err-code';

export function forbidden(scope: string, requestId: string, form: RefusalForm = '403-category'): Answer {
  if (form === '401-err-code') {
    return legacyError(
      401,
      'INSUFFICIENT_PERMISSIONS',
      'User does not have sufficient permissions.',
      requestId,
    );
  }
  return modernError(
    403,
    'INSUFFICIENT_PERMISSIONS',
    'User does not have sufficient permissions.',
    `This call needs the scope ${scope}.`,
    requestId,
  );
}

export function notFound(what: string, requestId: string): Answer {
  return legacyError(404, 'NOT_FOUND', `${what} not found.`, requestId);
}

export function tooManyRequests(requestId: string): Answer {
  return modernError(429, 'TOO_MANY_REQUESTS', 'Too many requests.', 'Please try again later.', requestId);
}

export function gatewayTimeout(requestId: string): Answer {
  return legacyError(504, 'TIMEOUT', 'The query took too long.', requestId);
}

export function limitRefused(requestId: string): Answer {
  const details = 'limit: Maximum of 100.';
  return modernError(400, 'INVALID_PARAMETER', 'A parameter is not valid.', details, requestId);
}
