import { hashText } from '../random/random.js';
import { uuidFor } from '../random/uuid.js';

/** A model as the account knows it. Prices are in billionths of a dollar, a second of audio or a character. */
export interface Model {
  readonly uuid: string;
  readonly kind: 'stt' | 'tts';
  readonly name: string;
  readonly canonicalName: string;
  readonly architecture: string;
  readonly version: string;
  readonly languages: readonly [string, ...string[]];
  /** True for a version that is only listed when outdated ones are asked for. */
  readonly outdated: boolean;
  readonly price: { readonly batch: number; readonly streaming: number };
}

const ENGLISH = ['en', 'en-US'] as const;
const MULTILINGUAL = ['en', 'en-US', 'multi', 'es', 'de'] as const;
const SEVERAL = ['en', 'fr', 'de', 'hi', 'zh-CN'] as const;

export const nova3 = stt('general', 'nova-3', '2025-07-31.0', MULTILINGUAL, 71_667, 128_333);
export const nova3Medical = stt('medical', 'nova-3', '2025-06-12.0', ENGLISH, 71_667, 128_333);
export const nova2 = stt('general', 'nova-2', '2024-01-18.26916', SEVERAL, 71_667, 96_667);
export const nova2Phonecall = stt('phonecall', 'nova-2', '2024-01-22.9478', ENGLISH, 71_667, 96_667);
export const flux = stt('flux-general-en', 'flux', '2025-09-29.0', ['en'], 128_333, 128_333);
export const nova2Outdated = stt('general', 'nova-2', '2023-09-14.1', ['en'], 71_667, 96_667, true);
export const enhancedOutdated = stt(
  'general',
  'enhanced',
  '2022-05-18.1',
  ['en', 'es'],
  241_667,
  275_000,
  true,
);
export const thalia = tts('thalia', 'aura-2', '2025-04-07.0', ENGLISH, 30_000);
export const celeste = tts('celeste', 'aura-2', '2025-04-07.0', ['es', 'es-CO'], 30_000);
export const asteria = tts('asteria', 'aura', '2024-11-19.0', ENGLISH, 15_000);
export const asteriaOutdated = tts('asteria', 'aura', '2024-03-11.1', ENGLISH, 15_000, true);

/** Every model that a request of the stand-in can name. */
export const catalogue: readonly Model[] = [
  nova3,
  nova3Medical,
  nova2,
  nova2Phonecall,
  flux,
  nova2Outdated,
  enhancedOutdated,
  thalia,
  celeste,
  asteria,
  asteriaOutdated,
];

function stt(
  name: string,
  architecture: string,
  version: string,
  languages: Model['languages'],
  batch: number,
  streaming: number,
  outdated = false,
): Model {
  const canonicalName = name.startsWith(architecture) ? name : `${architecture}-${name}`;
  const price = { batch, streaming };
  return withId({ kind: 'stt', name, canonicalName, architecture, version, languages, outdated, price });
}

function tts(
  name: string,
  architecture: string,
  version: string,
  languages: Model['languages'],
  character: number,
  outdated = false,
): Model {
  const canonicalName = `${architecture}-${name}-${languages[0]}`;
  const price = { batch: character, streaming: character };
  return withId({ kind: 'tts', name, canonicalName, architecture, version, languages, outdated, price });
}

function withId(model: Omit<Model, 'uuid'>): Model {
  return { ...model, uuid: uuidFor(hashText(model.canonicalName), hashText(model.version)) };
}
