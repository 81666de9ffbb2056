import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { APIS_CALLED, modelsInUse } from '../../build/models-in-use.mjs';

const require = createRequire(import.meta.url);
const CLIENT = dirname(require.resolve('@datadog/datadog-api-client/package.json'));

/** What we send and get, by the names of the client's models; all other models that are needed follow from these. */
const ROOTS = {
  'datadog-api-client-v1': [
    'Dashboard',
    'DashboardSummary',
    'Monitor',
    'DeletedMonitor',
    'DashboardDeleteResponse',
  ],
  'datadog-api-client-v2': [
    'MetricPayload',
    'IntakePayloadAccepted',
    'HTTPLogItem',
    'HTTPLogErrors',
    'APIErrorResponse',
  ],
} as const;

interface Model {
  getAttributeTypeMap(): Readonly<Record<string, { readonly type: string }>>;
}

describe.each(Object.entries(ROOTS))('of %s', (version, roots) => {
  const folder = join(CLIENT, 'dist/packages', version, 'models');
  const serializer = join(folder, 'ObjectSerializer.js');
  const reduced = modelsInUse(APIS_CALLED).transform.handler(
    readFileSync(serializer, 'utf8'),
    serializer,
  ).code;
  const kept = new Set([...reduced.matchAll(/require\("\.\/(\w+)"\)/g)].map(([, model]) => model));

  it('every model that what we send and get is made of is in the bundle', () => {
    const unions = unionsOf(readFileSync(serializer, 'utf8'));
    const needed = new Set<string>(roots);
    const models = new Set<string>();
    for (const name of needed) {
      for (const member of unions[name] ?? []) needed.add(member);
      const file = join(folder, `${name}.js`);
      if (!existsSync(file)) continue;
      const { [name]: model }: Record<string, Model> = require(file);
      if (model?.getAttributeTypeMap === undefined) continue;
      models.add(name);
      const types = Object.values(model.getAttributeTypeMap()).map(({ type }) => type);
      for (const word of types.join(' ').match(/\w+/g) ?? []) needed.add(word);
    }

    expect([...models].filter((name) => !kept.has(name))).toEqual([]);
    expect(models.size).toBeGreaterThan(roots.length);
  });

  it('most of the others are not', () => {
    const all = readdirSync(folder).filter((file) => file.endsWith('.js')).length;

    expect(kept.size).toBeLessThan(all / 2);
  });
});

/** The client's own table of them: JSON, but for the quotes around its names. */
function unionsOf(code: string): Readonly<Record<string, readonly string[]>> {
  const [, table = ''] = /const oneOfMap = (\{[\s\S]*?\n\});/.exec(code) ?? [];
  return JSON.parse(table.replace(/^( {4})(\w+):/gm, '$1"$2":').replace(/,(\s*[\]}])/g, '$1'));
}

it('a client that is written in another way is refused, and not cut at random', () => {
  const { handler } = modelsInUse(APIS_CALLED).transform;

  expect(() => handler('export const typeMap = {};', '/client/models/ObjectSerializer.js')).toThrow(
    /0 of the 0 models/,
  );
});
