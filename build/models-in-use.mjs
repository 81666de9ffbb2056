import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Where Datadog's official client turns the names of its models into their classes; there is one for each API version. */
const SERIALIZER = /@datadog\/datadog-api-client\/dist\/packages\/[\w-]+\/models\/ObjectSerializer\.js$/;

/** The APIs of Datadog's official client that we call. */
export const APIS_CALLED = ['AuthenticationApi', 'MetricsApi', 'LogsApi', 'DashboardsApi', 'MonitorsApi'];

const REQUIRED = /^const \w+ = require\("\.\/(\w+)"\);\n/gm;
const UNION = /^ {4}(\w+): \[([^\]]*)\],\n/gm;
const LISTED = /^ {4}(\w+): \w+_1\.\1,\n/gm;

/**
 * Datadog's client loads each of its 2,000 models before its first call: most of a second, and 100 MB, of which we need a
 * few. This plugin for the bundler leaves out those whose names stand neither in an API that we call nor in a model that
 * does; to the client they are then unknown.
 *
 * @param {readonly string[]} apis names of the APIs that are called: `MetricsApi`
 */
export function modelsInUse(apis) {
  return {
    name: 'models-in-use',
    transform: {
      filter: { id: SERIALIZER },
      handler: (code, id) => ({ code: reduced(code, dirname(id), apis), map: null }),
    },
  };
}

/** @throws where the client is written in another way than this knows: then it must be looked at again */
function reduced(code, folder, apis) {
  const models = new Set([...code.matchAll(REQUIRED)].map(([, model]) => model));
  const listed = [...code.matchAll(LISTED)].filter(([, model]) => models.has(model));
  if (models.size < 500 || listed.length !== models.size) {
    throw new Error(`${listed.length} of the ${models.size} models in ${folder} are listed by their names`);
  }
  const unions = new Map(
    [...code.slice(code.indexOf('const oneOfMap = {')).matchAll(UNION)].map(([, union, members]) => [
      union,
      members,
    ]),
  );
  const kept = reachable(models, unions, folder, apis);
  const orNothing = (line, model) => (models.has(model) && !kept.has(model) ? '' : line);
  return code.replace(REQUIRED, orNothing).replace(LISTED, orNothing);
}

/**
 * Every model whose name is a word of one of the APIs, or of a model that is reached itself, or that is a member of a
 * union with such a name.
 */
function reachable(models, unions, folder, apis) {
  const apiFolder = join(folder, '../apis');
  const files = readdirSync(apiFolder)
    .filter((file) => apis.includes(basename(file, '.js')) && file.endsWith('.js'))
    .map((file) => join(apiFolder, file));
  const words = new Set();
  const kept = new Set();
  for (const file of files) {
    const found = readFileSync(file, 'utf8').match(/\w+/g) ?? [];
    for (const word of found) {
      if (words.has(word)) continue;
      words.add(word);
      if (unions.has(word)) found.push(...(unions.get(word).match(/\w+/g) ?? []));
      if (!models.has(word)) continue;
      kept.add(word);
      files.push(join(folder, `${word}.js`));
    }
  }
  return kept;
}
