import { z } from 'zod';
import type { Connectors } from '../../catalogue/catalogue.js';
import type { Path } from '../mistakes/mistake.js';
import { isMap } from '../parts/map.js';

const names = z.registry<{ readonly name: string }>();

/** A setting of a sink that is taken from this variable of the environment where it is left out. */
export function foundInVariable<Setting extends z.ZodType>(name: string, setting: Setting): Setting {
  names.add(setting, { name });
  return setting;
}

/** True where editors need not ask for a setting, since a variable may have it. */
export function isFoundInVariable(setting: z.ZodType): boolean {
  return names.has(setting);
}

/** Settings, and which of them were added. */
export interface WithVariables {
  readonly value: unknown;
  /** The variable that stands for a setting which the file does not have; undefined for all others. */
  variableOf(path: Path): string | undefined;
}

/** The configuration as if each setting that a variable may have were written as a reference to it. */
export function withVariables(
  root: Readonly<Record<string, unknown>>,
  { sinks: types }: Connectors,
): WithVariables {
  const added = new Map<string, string>();
  const { sinks: written } = root;
  const variableOf = (path: Path) => added.get(JSON.stringify(path));
  if (!isMap(written)) return { value: root, variableOf };
  const sinks = Object.entries(written).map(([sink, entry]): [string, unknown] => {
    if (!isMap(entry) || typeof entry.type !== 'string' || !Object.hasOwn(types, entry.type))
      return [sink, entry];
    const shape: Readonly<Record<string, z.ZodType>> = types[entry.type]?.settings?.shape ?? {};
    const references = Object.entries(shape).flatMap(([key, setting]): [string, string][] => {
      const name = names.get(setting)?.name;
      if (name === undefined || Object.hasOwn(entry, key)) return [];
      added.set(JSON.stringify(['sinks', sink, key]), name);
      return [[key, setting.isOptional() ? `\${${name}:-}` : `\${${name}}`]];
    });
    return [sink, { ...entry, ...Object.fromEntries(references) }];
  });
  return { value: { ...root, sinks: Object.fromEntries(sinks) }, variableOf };
}
