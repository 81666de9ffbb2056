import { z } from 'zod';
import type { HttpClient, HttpRequest, RefusalDetails } from '../../http/http-client.js';
import { createHttpClient } from '../../http/undici-client.js';
import { Secret } from '../../secrets/secret.js';
import type { ObjectContext } from '../object-context.js';
import type { Credentials } from './credentials.js';

/** Who lends keys is near, and answers at once or not at all. */
const LIMITS = {
  connectMs: 2_000,
  headersMs: 10_000,
  totalMs: 15_000,
  deadlineMs: 60_000,
  maxBodyBytes: 1024 * 1024,
};
const RETRIES = { attempts: 3, maxDelayMs: 2_000 };

export interface AskOptions {
  /** Hosts on the machine's own link. Default: none. */
  readonly plainHosts?: readonly string[];
  readonly explain?: (body: Buffer) => RefusalDetails;
  /** False where nobody may be there. Default true. */
  readonly isExpected?: boolean;
}

/** Does something with a client of its own, which is closed then. */
export async function withClient<Result>(
  { clock, log, env, userAgent }: ObjectContext,
  { plainHosts = [], explain = () => ({}), isExpected = true }: AskOptions,
  use: (
    send: <T>(request: Omit<HttpRequest<T>, 'signal'>, signal: AbortSignal) => Promise<T>,
  ) => Promise<Result>,
): Promise<Result> {
  const client: HttpClient = createHttpClient({
    ...{ clock, log, env, userAgent, plainHosts },
    limits: isExpected ? LIMITS : { ...LIMITS, connectMs: 1_000 },
    retries: isExpected ? RETRIES : { attempts: 1 },
    explain: ({ body }) => explain(body),
  });
  try {
    return await use((request, signal) => client.send({ ...request, signal }));
  } finally {
    await client.close();
  }
}

const lent = z.object({
  AccessKeyId: z.string().min(1),
  SecretAccessKey: z.string().min(1),
  Token: z.string().min(1),
  Expiration: z.string(),
});

/** What those answer who lend keys on the machine's own link. Throws where it is something else. */
export function keysIn(body: Buffer): Credentials {
  // Nothing of the answer may be in an error, as JSON's own ones have it.
  const found = lent.safeParse(parsed(body)).data;
  if (found === undefined) throw new Error('it has no keys');
  const { AccessKeyId, SecretAccessKey, Token, Expiration } = found;
  return lentKeys(AccessKeyId, SecretAccessKey, Token, Expiration);
}

/** @param until ISO 8601 */
export function lentKeys(id: string, key: string, token: string, until: string): Credentials {
  const expiresAtMs = Date.parse(until);
  if (Number.isNaN(expiresAtMs)) throw new Error('its keys have no end');
  return {
    accessKeyId: id,
    secretAccessKey: new Secret(key),
    sessionToken: new Secret(token),
    expiresAtMs,
  };
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
