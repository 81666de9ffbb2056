import { shortName } from './one-line.js';

/** Something with an id, and perhaps with a name. */
export interface Named {
  readonly id: string;
  readonly name: string | null;
  /** In messages, where another one has the same name: `Support (1f6c0d5e)`. */
  readonly called?: string;
}

/** As messages call it: by its name, and by its id where it has none. */
export function calledAs({ id, name, called }: Named): string {
  return called ?? shortName(name ?? id);
}

/** The same, with those that have one name told apart by as much of their ids as that takes. */
export function toldApart<One extends Named>(all: readonly One[]): readonly One[] {
  return all.map((one) => {
    const namesakes = all.filter(({ id, name }) => name !== null && name === one.name && id !== one.id);
    if (namesakes.length === 0) return one;
    const length = [8, 13, 18].find((some) =>
      namesakes.every(({ id }) => id.slice(0, some) !== one.id.slice(0, some)),
    );
    return { ...one, called: `${shortName(one.name ?? '')} (${shortName(one.id.slice(0, length))})` };
  });
}

/** What messages call the one with an id; the id where nobody knows of it. */
export function namesById(all: readonly Named[]): (id: string) => string {
  const names = new Map(toldApart(all).map((one) => [one.id, calledAs(one)]));
  return (id) => names.get(id) ?? shortName(id);
}
