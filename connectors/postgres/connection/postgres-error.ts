import { ExportError, type ExportErrorDetails } from '../../../src/errors/export-error.js';
import { excerpt } from '../../../src/text/one-line.js';
import { addressText, type DatabaseAddress } from './database-url.js';

/** What PostgreSQL, its driver or the network says of a failure. */
interface Cause {
  /** Five characters of PostgreSQL (SQLSTATE), or a word of Node. */
  readonly code: string;
  readonly message: string;
}

/**
 * A server that stops, starts or is full of connections, and connections that break.
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const AWAY =
  /^(08|57P0[1235]|53300|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|ENOENT$)/;
/** Two that got into each other's way, or a lock that somebody else had for too long. */
const IN_THE_WAY = /^(40001|40P01|55P03)$/;
/** The driver's own errors have no code. */
const BROKEN = /^Connection terminated|^timeout expired|^Client has encountered a connection error/i;

/** What PgBouncer says of a transaction in its mode for single statements. */
const STATEMENTS_ONLY = /statement pooling mode/i;

/** True where the same may work when tried again soon: nothing of it was done. */
export function mayPass(error: unknown): boolean {
  const { code, message } = causeOf(error);
  if (STATEMENTS_ONLY.test(message)) return false;
  return isBroken(error) || IN_THE_WAY.test(code);
}

/** True where the connection is of no use any more, or there is none. */
export function isBroken(error: unknown): boolean {
  const { code, message } = causeOf(error);
  return AWAY.test(code) || (code === '' && BROKEN.test(message));
}

/** The error in words, with what to do. Without its cause: that has the statement, and may have values of records. */
export function postgresError(error: unknown, address: DatabaseAddress, schema: string): ExportError {
  if (error instanceof ExportError) return error;
  const cause = causeOf(error);
  const { words, hint, kind, code = 'SINK_REFUSED' } = explanation(cause, address, schema);
  return new ExportError(code, words, { kind, ...(hint === undefined ? {} : { hint }) });
}

interface Explanation extends Pick<ExportErrorDetails, 'kind' | 'hint'> {
  readonly words: string;
  readonly code?: 'SINK_FAILED';
}

function explanation(cause: Cause, address: DatabaseAddress, schema: string): Explanation {
  const where = `PostgreSQL at ${addressText(address)}`;
  const user = address.user === undefined ? 'the user' : `the user ${address.user}`;
  const role = address.user === undefined ? 'ROLE' : `"${address.user}"`;
  const { code, message } = cause;
  const said = excerpt(message);
  if (/no encryption|SSL off/i.test(said)) {
    const hint = 'Add `tls: {}` beside `url`, or sslmode=verify-full to the URL.';
    return { words: `${where} takes only encrypted connections: ${said}.`, kind: 'config', hint };
  }
  if (code === '28P01' || code === '28000' || /password must be a string|no password/i.test(said)) {
    const hint = `Check the user and the password in the URL; as an administrator: ALTER ROLE ${role} LOGIN PASSWORD '…';`;
    return { words: `${where} does not let ${user} in: ${said}.`, kind: 'auth', hint };
  }
  if (code === '3D000') {
    const hint = `As an administrator: CREATE DATABASE "${address.database}" OWNER ${role};`;
    return { words: `${where} is not there: ${said}.`, kind: 'config', hint };
  }
  if (code === '42501') {
    const hint = `As the owner of the database: GRANT CREATE, TEMPORARY ON DATABASE "${address.database}" TO ${role}; or, where the schema is there: GRANT USAGE, CREATE ON SCHEMA "${schema}" TO ${role}; what is there already must belong to it.`;
    return { words: `${where} does not allow ${user} what is needed: ${said}.`, kind: 'auth', hint };
  }
  if (STATEMENTS_ONLY.test(said)) {
    const hint =
      'Name the server itself, or a pool with pool_mode = session; for a sink pool_mode = transaction will do.';
    return { words: `${where} stands behind a pooler without transactions: ${said}.`, kind: 'config', hint };
  }
  if (code === '25006') {
    const hint = 'Name the primary server, not a copy that is only read.';
    return { words: `${where} can only be read: ${said}.`, kind: 'permanent', hint };
  }
  if (code === 'ENOTFOUND') {
    return {
      words: `There is no host ${address.host}: ${said}.`,
      kind: 'config',
      hint: 'Check the host in the URL.',
    };
  }
  if (isAboutTls(code, said)) {
    const hint =
      'Name the authority’s certificate with `tls: { ca: FILE }`; where only the name differs, add `verify: chain`; without TLS leave `tls` and sslmode out.';
    return { words: `${where} cannot be reached with TLS: ${said}.`, kind: 'config', hint };
  }
  if (AWAY.test(code) || BROKEN.test(said)) {
    const hint = 'See whether the server runs there and takes connections from this machine.';
    return { words: `${where} does not answer: ${said}.`, kind: 'transient', hint, code: 'SINK_FAILED' };
  }
  if (code === '53100') {
    const hint = 'Make room on the disk of the database; what was there before is untouched.';
    return { words: `${where} has no room left: ${said}.`, kind: 'transient', hint, code: 'SINK_FAILED' };
  }
  // What is wrong with the rows of one partition (22, 23) is no reason to leave the others.
  const kind = code.startsWith('42') ? 'permanent' : 'transient';
  return { words: `${where} failed: ${said}${code && ` (${code})`}.`, kind, code: 'SINK_FAILED' };
}

function isAboutTls(code: string, said: string): boolean {
  return /CERT|SIGNATURE|SSL|TLS/.test(code) || /does not support SSL|certificate/i.test(said);
}

function causeOf(error: unknown): Cause {
  // Where a name has several addresses, Node tells of each.
  const one = error instanceof AggregateError ? (error.errors[0] ?? error) : error;
  const { code, message } = Object(one) as { readonly code?: unknown; readonly message?: unknown };
  return { code: typeof code === 'string' ? code : '', message: String(message ?? one) };
}
