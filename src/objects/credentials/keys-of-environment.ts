import { ExportError } from '../../errors/export-error.js';
import { Secret } from '../../secrets/secret.js';
import type { CredentialSource } from './credentials.js';

/** Keys as they are. */
export const keysOfEnvironment: CredentialSource = {
  words: 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  isMeant: (env) => Boolean(env.AWS_ACCESS_KEY_ID || env.AWS_SECRET_ACCESS_KEY),
  load: async ({ env }) => {
    const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: key, AWS_SESSION_TOKEN: token } = env;
    if (!id || !key) throw oneAlone(id ? 'AWS_SECRET_ACCESS_KEY' : 'AWS_ACCESS_KEY_ID');
    return {
      accessKeyId: id,
      secretAccessKey: new Secret(key),
      sessionToken: token ? new Secret(token) : undefined,
    };
  },
};

function oneAlone(missing: string): ExportError {
  return new ExportError('CONFIG_INVALID', `There are no keys to the object store: ${missing} is not set.`, {
    kind: 'auth',
    hint: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_SESSION_TOKEN where the keys have one; or none of them.',
  });
}
