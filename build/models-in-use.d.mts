/** The APIs of Datadog's official client that we call. */
export const APIS_CALLED: readonly string[];

/** @see models-in-use.mjs */
export function modelsInUse(apis: readonly string[]): {
  readonly transform: {
    handler(code: string, id: string): { readonly code: string };
  };
};
