import { ExportError, failureOf } from '../../errors/export-error.js';
import type { Secret } from '../../secrets/secret.js';
import type { ObjectContext } from '../object-context.js';
import { containerRole } from './container-role.js';
import { ec2Role } from './ec2-role.js';
import { keysOfEnvironment } from './keys-of-environment.js';
import { webIdentity } from './web-identity.js';

/** What requests are signed with. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  /** Only of keys that are lent for a time. */
  readonly sessionToken?: Secret | undefined;
  /** Undefined for keys without an end. */
  readonly expiresAtMs?: number | undefined;
}

/** A place where credentials may be. */
export interface CredentialSource {
  /** What is looked for, in words. */
  readonly words: string;
  /** True where the environment says that they are there; no other source is asked then. */
  isMeant(env: ObjectContext['env']): boolean;
  /** Undefined where there are none after all. */
  load(context: ObjectContext, signal: AbortSignal): Promise<Credentials | undefined>;
}

/** In the order in which AWS's own programs look. */
const SOURCES: readonly CredentialSource[] = [keysOfEnvironment, webIdentity, containerRole, ec2Role];

/** Keys that are lent are renewed when so little of their time is left. */
const RENEW_BEFORE_MS = 300_000;

/**
 * Finds credentials when they are asked for, and renews them before they expire.
 *
 * @returns what answers with those that hold now. It throws an `ExportError` that says where was looked for what.
 */
export function findCredentials(context: ObjectContext): (signal: AbortSignal) => Promise<Credentials> {
  const { env, clock, log } = context;
  let known: Credentials | undefined;
  let loading: Promise<Credentials> | undefined;
  const leftMs = () => (known?.expiresAtMs ?? Number.POSITIVE_INFINITY) - clock.now();

  const load = async (signal: AbortSignal): Promise<Credentials> => {
    const source = SOURCES.find((one) => one.isMeant(env));
    const found = await source?.load(context, signal);
    if (found === undefined) throw nothingFound();
    return found;
  };
  const renew = async (signal: AbortSignal): Promise<Credentials> => {
    try {
      known = await load(signal);
    } catch (error) {
      if (known === undefined || leftMs() <= 0) throw error;
      log.debug(`The keys to the object store could not be renewed yet: ${failureOf(error).message}`);
    }
    return known;
  };
  return async (signal) => {
    if (known !== undefined && leftMs() > RENEW_BEFORE_MS) return known;
    loading ??= renew(signal).finally(() => {
      loading = undefined;
    });
    return loading;
  };
}

function nothingFound(): ExportError {
  return new ExportError('CONFIG_INVALID', 'There are no keys to the object store.', {
    kind: 'auth',
    hint: `Looked for ${SOURCES.map(({ words }) => words).join('; ')}. Profiles of ~/.aws are not read.`,
  });
}
