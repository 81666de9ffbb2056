import { ExportError } from '../../errors/export-error.js';
import { Secret } from '../../secrets/secret.js';
import type { ObjectContext } from '../object-context.js';
import { keysIn, withClient } from './ask-for-keys.js';
import type { CredentialSource } from './credentials.js';
import { readTokenFile } from './token-file.js';

const RELATIVE = 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI';
const FULL = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';
const TOKEN_FILE = 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE';

/** Where ECS and EKS lend keys to a container, on the link of its machine. */
const ECS = '169.254.170.2';
const LINK_HOSTS = [ECS, '169.254.170.23', '[fd00:ec2::23]'];

/**
 * The role of a container, of ECS or of EKS with Pod Identity.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
export const containerRole: CredentialSource = {
  words: `${FULL} or ${RELATIVE}`,
  isMeant: (env) => Boolean(env[RELATIVE] || env[FULL]),
  load: async (context, signal) => {
    const url = urlOf(context.env);
    const authorization = await authorizationOf(context.env);
    return withClient(context, { plainHosts: LINK_HOSTS }, (send) =>
      send(
        {
          url,
          headers: authorization === undefined ? {} : { authorization },
          what: `ask for the keys of this container’s role`,
          parse: ({ body }) => keysIn(body),
        },
        signal,
      ),
    );
  },
};

function urlOf(env: ObjectContext['env']): string {
  const { [RELATIVE]: relative, [FULL]: full } = env;
  const url = relative ? `http://${ECS}${relative}` : (full ?? '');
  // Else a path could name another host.
  if (URL.canParse(url) && (!relative || new URL(url).hostname === ECS)) return url;
  throw new ExportError('CONFIG_INVALID', `The environment’s ${relative ? RELATIVE : FULL} is no address.`, {
    kind: 'config',
    hint: 'ECS and EKS set it by themselves: check what has changed it.',
  });
}

async function authorizationOf(env: ObjectContext['env']): Promise<Secret | undefined> {
  const { [TOKEN_FILE]: file, AWS_CONTAINER_AUTHORIZATION_TOKEN: token } = env;
  if (file) return readTokenFile(TOKEN_FILE, file);
  return token ? new Secret(token) : undefined;
}
