import { mix, type Random } from '../../random/random.js';
import type { AccountProject } from '../account.js';
import type { Model } from '../model-catalogue.js';
import * as known from '../model-catalogue.js';
import type { Endpoint, Method, RequestUsage } from './request-usage.js';

type Kind = (random: Random) => RequestUsage;

const SECOND = 1_000_000;
/** A stream or a conversation ends after this long at the latest, so its record settles soon after. */
const LONGEST_LIVE_S = 600;

const FEATURES: readonly [readonly string[], ...(readonly string[])[]] = [
  ['punctuate', 'smart_format'],
  ['diarize', 'punctuate', 'utterances'],
  ['detect_language', 'smart_format'],
  [],
];

/** Draws what one request asks for and uses: mostly transcription, some speech, text intelligence and voice agents. */
export function drawUsage(random: Random): RequestUsage {
  return random.pick(KINDS)(random);
}

/** Where a key's requests to an endpoint run. It stays the same, as a caller's base URL does. */
export function deploymentOf(project: AccountProject, keyAt: number, endpoint: Endpoint): string {
  const roll = mix(project.seed, keyAt * 16 + endpoint.length) % DEPLOYMENTS.length;
  return DEPLOYMENTS[roll] ?? 'hosted';
}

const DEPLOYMENTS = ['hosted', 'hosted', 'hosted', 'hosted', 'hosted:us', 'beta', 'self-hosted', 'dedicated'];

const KINDS: readonly [Kind, ...Kind[]] = [
  (random) => listen(random, 'sync', 900),
  (random) => listen(random, 'sync', 900),
  (random) => listen(random, 'sync', 120),
  (random) => listen(random, 'async', 5_400),
  (random) => listen(random, 'async', 1_800),
  (random) => listen(random, 'streaming', LONGEST_LIVE_S),
  (random) => listen(random, 'streaming', LONGEST_LIVE_S),
  turnTaking,
  speak,
  speak,
  read,
  agent,
];

const SPOKEN: readonly [Model, ...Model[]] = [
  known.nova3,
  known.nova3,
  known.nova3,
  known.nova3,
  known.nova3Medical,
  known.nova2,
  known.nova2,
  known.nova2Phonecall,
  known.nova2Outdated,
  known.enhancedOutdated,
];
const VOICES: readonly [Model, ...Model[]] = [
  known.thalia,
  known.thalia,
  known.celeste,
  known.asteria,
  known.asteriaOutdated,
];

function listen(random: Random, method: Method, longestSeconds: number): RequestUsage {
  return transcribe(random, '/v1/listen', random.pick(SPOKEN), method, longestSeconds);
}

function turnTaking(random: Random): RequestUsage {
  return transcribe(random, '/v2/listen', known.flux, 'streaming', LONGEST_LIVE_S);
}

function transcribe(
  random: Random,
  path: string,
  model: Model,
  method: Method,
  longestSeconds: number,
): RequestUsage {
  const durationUs = drawDuration(random, longestSeconds);
  const channels = random.chance(0.15) ? 2 : 1;
  const price = method === 'streaming' ? model.price.streaming : model.price.batch;
  return {
    endpoint: 'listen',
    method,
    path,
    models: [model],
    features: random.pick(FEATURES),
    lineItem: `${method}::${model.architecture}`,
    durationUs,
    channels,
    tokens: [],
    characters: 0,
    nanodollars: Math.round((durationUs / SECOND) * channels * price),
  };
}

function speak(random: Random): RequestUsage {
  const voice = random.pick(VOICES);
  const characters = random.between(12, 1_900);
  const method = random.chance(0.3) ? 'streaming' : 'sync';
  return {
    endpoint: 'speak',
    method,
    path: '/v1/speak',
    models: [voice],
    features: [],
    lineItem: `${method}::${voice.architecture}`,
    durationUs: undefined,
    channels: 1,
    tokens: [],
    characters,
    nanodollars: characters * voice.price.batch,
  };
}

function read(random: Random): RequestUsage {
  const features = random.chance(0.5) ? ['summarize'] : ['sentiment', 'topics'];
  const tokens = features.map((feature) => ({
    feature,
    input: random.between(80, 6_000),
    output: random.between(20, 700),
    model: known.nova3.uuid,
  }));
  return {
    endpoint: 'read',
    method: 'sync',
    path: '/v1/read',
    models: [known.nova3],
    features,
    lineItem: 'sync::read',
    durationUs: undefined,
    channels: 1,
    tokens,
    characters: 0,
    nanodollars: tokens.reduce((sum, { input, output }) => sum + input * 300 + output * 600, 0),
  };
}

function agent(random: Random): RequestUsage {
  const durationUs = drawDuration(random, LONGEST_LIVE_S);
  const input = random.between(300, 9_000);
  return {
    endpoint: 'agent',
    method: 'streaming',
    path: '/v1/agent/converse',
    models: [known.nova3, known.thalia],
    features: [],
    lineItem: 'streaming::agent',
    durationUs,
    channels: 1,
    tokens: [{ feature: 'think', input, output: random.between(40, 1_500), model: known.nova3.uuid }],
    characters: random.between(50, 2_500),
    nanodollars: Math.round((durationUs / SECOND) * 1_333_333),
  };
}

/** Mostly short, now and then long; never the same number of microseconds. */
function drawDuration(random: Random, longestSeconds: number): number {
  return Math.round((1 + random.fraction() ** 3 * (longestSeconds - 1)) * SECOND);
}
