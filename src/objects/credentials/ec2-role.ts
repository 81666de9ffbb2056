import { failureOf } from '../../errors/export-error.js';
import { Secret } from '../../secrets/secret.js';
import { keysIn, withClient } from './ask-for-keys.js';
import type { CredentialSource } from './credentials.js';

/** The metadata service on the link of every EC2 machine. */
const HOST = '169.254.169.254';
const ROLES = '/latest/meta-data/iam/security-credentials/';
/** Seconds that a token of the service holds: of one question. */
const TOKEN_SECONDS = '60';

/**
 * The role of an EC2 machine, by the second version of its metadata service. Nothing says that there is one: it is asked.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
 */
export const ec2Role: CredentialSource = {
  words: 'the role of an EC2 machine',
  isMeant: (env) => !/^true$/i.test(env.AWS_EC2_METADATA_DISABLED ?? ''),
  load: async (context, signal) => {
    const base = context.env.AWS_EC2_METADATA_SERVICE_ENDPOINT?.replace(/\/$/, '') || `http://${HOST}`;
    const what = 'ask for the keys of this machine’s role';
    return withClient(context, { plainHosts: [HOST], isExpected: false }, async (send) => {
      const token = await send(
        {
          url: `${base}/latest/api/token`,
          method: 'PUT',
          headers: { 'x-aws-ec2-metadata-token-ttl-seconds': TOKEN_SECONDS },
          what,
          parse: ({ body }) => new Secret(body.toString()),
        },
        signal,
      ).catch((error) => {
        context.log.debug(`There is no metadata service of EC2: ${failureOf(error).message}`);
        return undefined;
      });
      if (token === undefined) return undefined;
      const headers = { 'x-aws-ec2-metadata-token': token };
      const ask = (path: string) =>
        send({ url: `${base}${ROLES}${path}`, headers, what, parse: ({ body }) => body }, signal);
      const [role = ''] = (await ask('')).toString().split('\n');
      return keysIn(await ask(encodeURIComponent(role.trim())));
    });
  },
};
