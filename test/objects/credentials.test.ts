import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sinkContext } from '../../connectors/testing/sink-context.js';
import { failureOf } from '../../src/errors/export-error.js';
import type { Output } from '../../src/files/output.js';
import { objectFolder } from '../../src/objects/object-folder.js';
import { KEYS, runningStore } from './running-store.js';

const AT = Date.parse('2026-11-20T12:00:00Z');
const MINUTE = 60_000;
const NOBODY = { AWS_EC2_METADATA_DISABLED: 'true' };
const LENT = { ...KEYS, sessionToken: 'the-token/of+keys that are lent' };

type Answers = (
  request: IncomingMessage,
  body: string,
) => string | { readonly status: number; readonly body: string };

interface Lender {
  readonly url: string;
  readonly asked: readonly {
    readonly line: string;
    readonly headers: IncomingMessage['headers'];
    readonly body: string;
  }[];
}

/** Who lends keys, on loopback. */
async function lender(answers: Answers): Promise<Lender> {
  const asked: Lender['asked'][number][] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body = '';
    for await (const chunk of request) body += chunk;
    asked.push({ line: `${request.method} ${request.url}`, headers: request.headers, body });
    const answer = answers(request, body);
    const { status, body: text } = typeof answer === 'string' ? { status: 200, body: answer } : answer;
    response.writeHead(status).end(text);
  };
  const server: Server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

/** Something in a store that lets these keys in, by this environment, at a time that a test moves. */
async function opened(env: Record<string, string>, keys = LENT, at = { ms: AT }) {
  const store = await runningStore({ keys, now: () => at.ms });
  const clock = { now: () => at.ms, sleep: async () => {} };
  const all = { AWS_ENDPOINT_URL_S3: store.url, AWS_REGION: 'us-east-1', ...NOBODY, ...env };
  const output = objectFolder('s3://bucket/out', sinkContext('/nowhere', { env: all, clock }));
  onTestFinished(() => output.dispose?.());
  return { store, output };
}

async function tokenFile(text: string): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'token-')), 'token');
  await writeFile(path, text);
  return path;
}

async function refusalOf(output: Output) {
  return output.tryOut().then(
    () => undefined,
    (error) => failureOf(error),
  );
}

const keysUntil = (until: number) =>
  JSON.stringify({
    AccessKeyId: LENT.accessKeyId,
    SecretAccessKey: LENT.secretAccessKey,
    Token: LENT.sessionToken,
    Expiration: new Date(until).toISOString(),
  });

const roleUntil = (until: number) =>
  `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials>
    <AccessKeyId>${LENT.accessKeyId}</AccessKeyId><SecretAccessKey>${LENT.secretAccessKey}</SecretAccessKey>
    <SessionToken>${LENT.sessionToken}</SessionToken><Expiration>${new Date(until).toISOString()}</Expiration>
  </Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`;

describe('keys are found', () => {
  it('in the environment, with and without the token of those that are lent', async () => {
    const env = { AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey };
    const own = await opened(env, KEYS as typeof LENT);
    const lent = await opened({ ...env, AWS_SESSION_TOKEN: LENT.sessionToken });

    expect([await refusalOf(own.output), await refusalOf(lent.output)]).toEqual([undefined, undefined]);
  });

  it('by a web identity, whose token is read from its file each time', async () => {
    const at = { ms: AT };
    const sts = await lender(() => roleUntil(at.ms + 60 * MINUTE));
    const file = await tokenFile('token-of-the-first-hour\n');
    const env = {
      AWS_WEB_IDENTITY_TOKEN_FILE: file,
      AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/export',
      AWS_ENDPOINT_URL_STS: sts.url,
    };
    const { output } = await opened(env, LENT, at);

    const first = await refusalOf(output);
    await refusalOf(output);
    await writeFile(file, 'token-of-the-second-hour\n');
    at.ms += 56 * MINUTE;
    const second = await refusalOf(output);

    const forms = sts.asked.map(({ body }) => Object.fromEntries(new URLSearchParams(body)));
    expect([first, second]).toEqual([undefined, undefined]);
    expect(forms).toEqual(
      ['token-of-the-first-hour', 'token-of-the-second-hour'].map((WebIdentityToken) => ({
        Action: 'AssumeRoleWithWebIdentity',
        Version: '2011-06-15',
        RoleArn: 'arn:aws:iam::123456789012:role/export',
        RoleSessionName: 'deepgram-export',
        WebIdentityToken,
      })),
    );
  });

  it('from the role of a container, with its authorization, and renewed before they end', async () => {
    const at = { ms: AT };
    const container = await lender(() => keysUntil(at.ms + 15 * MINUTE));
    const env = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${container.url}/v1/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: await tokenFile('token-of-the-container'),
    };
    const { output } = await opened(env, LENT, at);

    const outcomes = [];
    for (const minutes of [0, 9, 2, 12]) {
      at.ms += minutes * MINUTE;
      outcomes.push(await refusalOf(output));
    }

    expect(outcomes).toEqual([undefined, undefined, undefined, undefined]);
    expect(container.asked.map(({ line, headers }) => [line, headers.authorization])).toEqual(
      [1, 2, 3].map(() => ['GET /v1/credentials', 'token-of-the-container']),
    );
  });

  it('from the role of an EC2 machine, by a token of its metadata service', async () => {
    const service = await lender(({ method, url, headers }) => {
      if (method === 'PUT') return 'token-of-the-service';
      if (headers['x-aws-ec2-metadata-token'] !== 'token-of-the-service') return { status: 401, body: '' };
      return url?.endsWith('/security-credentials/') ? 'role of it' : keysUntil(AT + 60 * MINUTE);
    });
    const env = { AWS_EC2_METADATA_DISABLED: '', AWS_EC2_METADATA_SERVICE_ENDPOINT: service.url };
    const { output } = await opened(env);

    const outcome = await refusalOf(output);

    expect(outcome).toBeUndefined();
    expect(service.asked.map(({ line }) => line)).toEqual([
      'PUT /latest/api/token',
      'GET /latest/meta-data/iam/security-credentials/',
      'GET /latest/meta-data/iam/security-credentials/role%20of%20it',
    ]);
  });

  it('and are used on while they hold, where they cannot be renewed', async () => {
    const at = { ms: AT };
    let isDown = false;
    const container = await lender(() => (isDown ? { status: 500, body: '' } : keysUntil(AT + 15 * MINUTE)));
    const { output } = await opened({ AWS_CONTAINER_CREDENTIALS_FULL_URI: container.url }, LENT, at);

    const outcomes = [await refusalOf(output)];
    isDown = true;
    for (const minutes of [12, 4]) {
      at.ms += minutes * MINUTE;
      outcomes.push(await refusalOf(output));
    }

    expect(outcomes.map((outcome) => outcome?.kind)).toEqual([undefined, undefined, 'transient']);
  });
});

describe('what is missing or refused is said', () => {
  it.each<[string, Record<string, string>, RegExp, RegExp]>([
    [
      'where nothing is set',
      {},
      /^Could not write s3:\/\/bucket\/out\/\.check-.*: There are no keys to the object store\.$/,
      /Looked for AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN; AWS_CONTAINER_CREDENTIALS_FULL_URI or AWS_CONTAINER_CREDENTIALS_RELATIVE_URI; the role of an EC2 machine\. Profiles of ~\/\.aws are not read\./,
    ],
    [
      'where a half is set',
      { AWS_ACCESS_KEY_ID: 'AKIA' },
      /AWS_SECRET_ACCESS_KEY is not set/,
      /AWS_SESSION_TOKEN/,
    ],
    [
      'where the file of a token is not there',
      { AWS_WEB_IDENTITY_TOKEN_FILE: '/nowhere/token', AWS_ROLE_ARN: 'arn:aws:iam::1:role/x' },
      /\/nowhere\/token, which AWS_WEB_IDENTITY_TOKEN_FILE names, cannot be used/,
      /./,
    ],
    [
      'where a container’s keys are on another host without encryption',
      { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://keys.example.com/x' },
      /keys\.example\.com would be called over http:\/\/ without encryption/,
      /https:\/\//,
    ],
    [
      'where a container’s path is another host',
      { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '@keys.example.com/x' },
      /AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is no address/,
      /ECS/,
    ],
    [
      'where the store is not encrypted, and on another machine',
      {
        AWS_ENDPOINT_URL_S3: 'http://minio.internal:9000',
        AWS_ACCESS_KEY_ID: 'AKIA',
        AWS_SECRET_ACCESS_KEY: 'x',
      },
      /minio\.internal:9000 would be called over http:\/\/ without encryption/,
      /https:\/\//,
    ],
  ])('%s', async (_what, env, message, hint) => {
    const { output } = await opened(env);

    const refusal = await refusalOf(output);

    expect(refusal?.message).toMatch(message);
    expect(refusal?.hint).toMatch(hint);
    expect(['auth', 'config']).toContain(refusal?.kind);
  });

  it.each<[string, Partial<typeof LENT>, Record<string, string>, RegExp, RegExp]>([
    [
      'an unknown key',
      { accessKeyId: 'OTHER' },
      {},
      /403 Forbidden: .*\(InvalidAccessKeyId\)/,
      /AWS_ACCESS_KEY_ID/,
    ],
    [
      'another secret',
      { secretAccessKey: 'other' },
      {},
      /\(SignatureDoesNotMatch\)/,
      /AWS_SECRET_ACCESS_KEY/,
    ],
    ['a token that has ended', { sessionToken: 'newer' }, {}, /\(InvalidToken\)/, /AWS_SESSION_TOKEN/],
    [
      'another region',
      {},
      { AWS_REGION: 'eu-west-1' },
      /expecting 'us-east-1'/,
      /Set AWS_REGION to the region of the bucket/,
    ],
  ])('by the store, of %s', async (_what, keys, more, message, hint) => {
    const env = {
      AWS_ACCESS_KEY_ID: LENT.accessKeyId,
      AWS_SECRET_ACCESS_KEY: LENT.secretAccessKey,
      AWS_SESSION_TOKEN: LENT.sessionToken,
    };
    const { output } = await opened({ ...env, ...more }, { ...LENT, ...keys });

    const refusal = await refusalOf(output);

    expect(refusal).toMatchObject({
      kind: expect.stringMatching(/auth|permanent/),
      message: expect.stringMatching(message),
    });
    expect(refusal?.hint).toMatch(hint);
  });

  it('by who lends keys, which repeats its token in vain', async () => {
    const token = 'token-that-must-not-be-seen';
    const sts = await lender((_request, body) => ({
      status: 403,
      body: `<ErrorResponse><Error><Code>AccessDenied</Code><Message>Not for ${new URLSearchParams(body).get('WebIdentityToken')}</Message></Error></ErrorResponse>`,
    }));
    const { output } = await opened({
      AWS_WEB_IDENTITY_TOKEN_FILE: await tokenFile(token),
      AWS_ROLE_ARN: 'arn:aws:iam::1:role/x',
      AWS_ENDPOINT_URL_STS: sts.url,
    });

    const refusal = await refusalOf(output);

    expect(refusal).toMatchObject({
      kind: 'auth',
      message: expect.stringMatching(
        /Could not take the role arn:aws:iam::1:role\/x of AWS_ROLE_ARN: .*Not for \[REDACTED\] \(AccessDenied\)/,
      ),
      hint: expect.stringContaining('trusts who issued the token'),
    });
    expect(JSON.stringify(refusal)).not.toContain(token);
  });
});
