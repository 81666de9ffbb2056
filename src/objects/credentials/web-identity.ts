import type { RefusalDetails } from '../../http/http-client.js';
import { elementOf, textOf, xmlIn } from '../../http/xml-answer.js';
import { strictMaskFor } from '../../secrets/mask.js';
import { domainOf, regionOf, serviceEndpoint } from '../endpoint.js';
import type { ObjectContext } from '../object-context.js';
import { lentKeys, withClient } from './ask-for-keys.js';
import type { CredentialSource, Credentials } from './credentials.js';
import { readTokenFile } from './token-file.js';

const TOKEN_FILE = 'AWS_WEB_IDENTITY_TOKEN_FILE';

/**
 * A role that is taken with a token which somebody else vouches for, as Kubernetes and CI systems do.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
export const webIdentity: CredentialSource = {
  words: 'AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN',
  isMeant: (env) => Boolean(env[TOKEN_FILE] && env.AWS_ROLE_ARN),
  load: async (context, signal) => {
    const { env } = context;
    const role = env.AWS_ROLE_ARN ?? '';
    const token = await readTokenFile(TOKEN_FILE, env[TOKEN_FILE] ?? '');
    const mask = strictMaskFor([token]);
    const form = new URLSearchParams({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: role,
      RoleSessionName: env.AWS_ROLE_SESSION_NAME || 'deepgram-export',
      WebIdentityToken: token.reveal(),
    });
    return withClient(context, { explain: (body) => explained(body, mask) }, (send) =>
      send(
        {
          url: `${stsEndpoint(env)}/`,
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/xml' },
          body: Buffer.from(form.toString()),
          what: `take the role ${role} of AWS_ROLE_ARN`,
          parse: ({ body }) => keysOf(body),
        },
        signal,
      ),
    );
  },
};

function stsEndpoint(env: ObjectContext['env']): string {
  const region = regionOf(env);
  const own = region === undefined ? 'sts.amazonaws.com' : `sts.${region}.${domainOf(region)}`;
  return serviceEndpoint('STS', env) ?? `https://${own}`;
}

function keysOf(body: Buffer): Credentials {
  const keys = elementOf(xmlIn({ body }), 'Credentials');
  const [id, key, token, until] = ['AccessKeyId', 'SecretAccessKey', 'SessionToken', 'Expiration'].map(
    (name) => textOf(keys, name),
  );
  if (!id || !key || !token || !until) throw new Error('it has no keys');
  return lentKeys(id, key, token, until);
}

function explained(body: Buffer, mask: (text: string) => string): RefusalDetails {
  const error = xmlIn({ body });
  const code = textOf(error, 'Code');
  return {
    message: mask(`${textOf(error, 'Message')} (${code})`),
    hint: `Check that the role in AWS_ROLE_ARN trusts who issued the token in the file of ${TOKEN_FILE}.`,
    kind: code === 'IDPCommunicationError' ? 'transient' : 'auth',
  };
}
