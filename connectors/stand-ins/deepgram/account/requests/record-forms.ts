import { Random } from '../../random/random.js';

/**
 * `mixed`: every form that was ever seen, side by side. `modern`: lists as lists, objects as objects, nothing
 * left out, code and deployment at the top as in Deepgram's OpenAPI document.
 */
export type Forms = 'mixed' | 'modern';

/** How the record of one request is written; each is drawn on its own, and never changes for a request. */
export type FormChoice = Readonly<ReturnType<typeof choose>>;

/** The form of the record that has this seed. */
export function formOf(formSeed: number, forms: Forms): FormChoice {
  if (forms === 'modern') return MODERN;
  const random = new Random(formSeed);
  return choose((share) => random.chance(share));
}

function choose(isDrawn: (share: number) => boolean) {
  return {
    old: isDrawn(0.15),
    codeInside: isDrawn(0.5),
    deploymentInside: isDrawn(0.5),
    modelsAsText: isDrawn(0.3),
    emptyAsText: isDrawn(0.4),
    sparse: isDrawn(0.15),
    callbackAsObject: isDrawn(0.5),
    unpricedAsMissing: isDrawn(0.3),
    roundedTime: isDrawn(0.1),
  };
}

const MODERN = choose(() => false);
