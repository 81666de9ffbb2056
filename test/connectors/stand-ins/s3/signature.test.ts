import { expect, it } from 'vitest';
import { signatureFault, signatureOf } from '../../../../connectors/stand-ins/s3/rules/signature.js';

/*
 * The examples that AWS publishes, with the signatures that stand there.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
const KEY = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const COMMON = { host: 'examplebucket.s3.amazonaws.com', 'x-amz-date': '20130524T000000Z' };
const body = Buffer.alloc(0);

it.each([
  [
    'an object, a part of it',
    {
      method: 'GET',
      target: '/test.txt',
      headers: { ...COMMON, range: 'bytes=0-9', 'x-amz-content-sha256': EMPTY },
      body,
    },
    ['host', 'range', 'x-amz-content-sha256', 'x-amz-date'],
    'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  ],
  [
    'an object that is written, with a $ in its key',
    {
      method: 'PUT',
      target: '/test$file.text',
      headers: {
        ...COMMON,
        date: 'Fri, 24 May 2013 00:00:00 GMT',
        'x-amz-content-sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
        'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      },
      body: Buffer.from('Welcome to Amazon S3.'),
    },
    ['date', 'host', 'x-amz-content-sha256', 'x-amz-date', 'x-amz-storage-class'],
    '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  ],
  [
    'a parameter without a value',
    {
      method: 'GET',
      target: '/?lifecycle',
      headers: { ...COMMON, 'x-amz-content-sha256': EMPTY },
      body,
    },
    ['host', 'x-amz-content-sha256', 'x-amz-date'],
    'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  ],
  [
    'a list',
    {
      method: 'GET',
      target: '/?max-keys=2&prefix=J',
      headers: { ...COMMON, 'x-amz-content-sha256': EMPTY },
      body,
    },
    ['host', 'x-amz-content-sha256', 'x-amz-date'],
    '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  ],
])('signs %s as published', (_what, request, signed, signature) => {
  expect(signatureOf(request, signed, KEY, 'us-east-1')).toBe(signature);
});

const KEYS = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: KEY };
const AT = { region: 'us-east-1', nowMs: Date.parse('2013-05-24T00:00:00Z') };
const AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7';
const LIST = {
  method: 'GET',
  target: '/?max-keys=2&prefix=J',
  headers: { ...COMMON, 'x-amz-content-sha256': EMPTY, authorization: AUTHORIZATION },
  body,
};

it.each([
  ['as published', LIST, AT, undefined],
  ['another query', { ...LIST, target: '/?max-keys=2&prefix=K' }, AT, 'SignatureDoesNotMatch'],
  ['another method', { ...LIST, method: 'DELETE' }, AT, 'SignatureDoesNotMatch'],
  ['another body', { ...LIST, body: Buffer.from('more') }, AT, 'XAmzContentSHA256Mismatch'],
  [
    'a header more',
    { ...LIST, headers: { ...LIST.headers, 'x-amz-acl': 'public-read' } },
    AT,
    'AccessDenied',
  ],
  ['no signature', { ...LIST, headers: { ...LIST.headers, authorization: '' } }, AT, 'AccessDenied'],
  ['an hour later', LIST, { ...AT, nowMs: AT.nowMs + 3_600_000 }, 'RequestTimeTooSkewed'],
  ['another region', LIST, { ...AT, region: 'eu-west-1' }, 'AuthorizationHeaderMalformed'],
])('lets in what is signed: %s', (_what, request, at, code) => {
  expect(signatureFault(request, KEYS, at)?.code).toBe(code);
});
