import { Dice } from './random.js';

/**
 * `mixed`: every form that was ever seen, side by side. `modern`: lists as lists, objects as objects, nothing
 * left out, code and deployment at the top as in Deepgram's OpenAPI document.
 */
export type Forms = 'mixed' | 'modern';

/** How the record of one request is written; each is drawn on its own, and never changes for a request. */
export interface FormChoice {
  readonly old: boolean;
  readonly codeInside: boolean;
  readonly deploymentInside: boolean;
  readonly modelsAsText: boolean;
  readonly emptyAsText: boolean;
  readonly sparse: boolean;
  readonly callbackAsObject: boolean;
  readonly unpricedAsMissing: boolean;
  readonly roundedTime: boolean;
}

/** The form of the record that has this seed. */
export function formOf(formSeed: number, forms: Forms): FormChoice {
  return forms === 'modern' ? MODERN : drawForms(new Dice(formSeed));
}

const MODERN: FormChoice = {
  old: false,
  codeInside: false,
  deploymentInside: false,
  modelsAsText: false,
  emptyAsText: false,
  sparse: false,
  callbackAsObject: false,
  unpricedAsMissing: false,
  roundedTime: false,
};

function drawForms(dice: Dice): FormChoice {
  return {
    old: dice.chance(0.15),
    codeInside: dice.chance(0.5),
    deploymentInside: dice.chance(0.5),
    modelsAsText: dice.chance(0.3),
    emptyAsText: dice.chance(0.4),
    sparse: dice.chance(0.15),
    callbackAsObject: dice.chance(0.5),
    unpricedAsMissing: dice.chance(0.3),
    roundedTime: dice.chance(0.1),
  };
}
