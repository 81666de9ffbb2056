import { describe, expect, test } from 'vitest';
import { loadText, mistakesIn, right } from '../load-text.js';

const withPath = (path: string) => right.replace('path: out', () => `path: ${path}`);

describe('references in values', () => {
  test.each([
    ['${A}', '/one'],
    ['${A}/x', '/one/x'],
    ['/x${A}${B}', '/x/one/two'],
    ['${MISSING:-/fallback}', '/fallback'],
    ['${EMPTY:-/fallback}', '/fallback'],
    ['${A:-/fallback}', '/one'],
    ['"${MISSING:-}/x"', '/x'],
    ['"${MISSING:-/a:-b $c}"', '/a:-b $c'],
    ['/x/$${A}', '/x/${A}'],
    ['/x/$A', '/x/$A'],
    ['/x/$$A/$', '/x/$$A/$'],
    ['"${NESTED}"', '/${A}'],
    ["'${YAML}'", '/{a: [1], b: "'],
  ])('%s is %s', async (written, meant) => {
    const env = { A: '/one', B: '/two', EMPTY: '', NESTED: '/${A}', YAML: '/{a: [1], b: "' };

    const job = await loadText(withPath(written), { env });

    expect(job.sinks[0]?.outputPaths).toEqual([meant]);
  });

  test('keys are never replaced', async () => {
    const text = right.replace('files:', '"${A}":');

    expect(await mistakesIn(text, { env: { A: 'files' } })).toEqual([
      'job.yaml:6:3  sinks.…: a sink’s name begins with a letter and has up to 24 letters, digits, "_" and "-"',
    ]);
  });

  test('what comes from the environment is text, whatever it looks like', async () => {
    const text = right.replace('  type: deepgram', '  type: deepgram\n  max_concurrency: ${N}');

    expect(await mistakesIn(text, { env: { N: '8' } })).toEqual([
      'job.yaml:4:20  source.max_concurrency: must be a whole number from 1 to 64; a ${…} always gives text',
    ]);
  });

  test.each([
    ['${NOT_SET}', 'the environment variable NOT_SET is not set, or empty'],
    ['${EMPTY}', 'the environment variable EMPTY is not set, or empty'],
    ['${NOT-A-NAME}', 'a reference is written ${NAME} or ${NAME:-default}; write $${ for a literal ${'],
    ['${}', 'a reference is written ${NAME} or ${NAME:-default}; write $${ for a literal ${'],
    [
      "'${A:-${B}}'",
      'a default is plain text and holds no ${…} of its own: name one variable, and set it before the run',
    ],
    ['${A', 'a ${ has no } after it; write $${ for a literal ${'],
    [
      '${a0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b9}',
      'the environment variable named here is not set, or empty',
    ],
  ])('%s is a mistake', async (written, words) => {
    expect(await mistakesIn(withPath(written), { env: { EMPTY: '' } })).toEqual([
      `job.yaml:8:11  sinks.files.path: ${words}`,
    ]);
  });

  test('each missing variable is named', async () => {
    const text = right
      .replace('dg-key-for-tests', '${FIRST}')
      .replace('path: out', 'path: ${SECOND}/${THIRD}');

    expect(await mistakesIn(text)).toEqual([
      'job.yaml:4:12  source.api_key: the environment variable FIRST is not set, or empty',
      'job.yaml:8:11  sinks.files.path: the environment variable SECOND is not set, or empty',
      'job.yaml:8:11  sinks.files.path: the environment variable THIRD is not set, or empty',
    ]);
  });

  test.each([
    ['{ type: ndjson, path: ${A} }', ['/one']],
    ['{ path: ${A}${B}/x, type: ndjson }', ['/one/two/x']],
    ['{ type: ndjson, path: ${MISSING:-/fallback} }', ['/fallback']],
    ['{ "type": "ndjson", "path": "${A}" }', ['/one']],
    ['{ type: ndjson, path: /x/$${A} }', ['/x/${A}']],
  ])('a sink written in one line: %s', async (written, paths) => {
    const text = right.replace(/files:[\s\S]*/, () => `files: ${written}\n`);

    const job = await loadText(text, { env: { A: '/one', B: '/two' } });

    expect(job.sinks[0]?.outputPaths).toEqual(paths);
  });

  test('the place of a mistake in such a line is the one that the user sees', async () => {
    const text = right.replace(
      /files:[\s\S]*/,
      () => 'files: { type: ndjson, path: ${A}, compresion: gzip }\n',
    );

    expect(await mistakesIn(text, { env: { A: '/one' } })).toEqual([
      'job.yaml:6:38  sinks.files.compresion: is no setting known here (did you mean "compression"?)',
    ]);
  });

  test.each(['a: {b: ${X-y}, c: 1}', 'a: [${}]', 'a: {b: ${1X}}'])(
    '%j is no reference and needs quotes',
    async (text) => {
      const [mistake, ...others] = await mistakesIn(text);

      expect(mistake).toMatch(
        /^job\.yaml:1:\d+ {2}inside \{ \} and \[ \], put a text with \$\{…\} in quotes$/,
      );
      expect(others).toEqual([]);
    },
  );

  test('a comma in a default inside braces needs quotes', async () => {
    const text = right.replace(/files:[\s\S]*/, () => 'files: { type: ndjson, path: ${A:-x,y} }\n');

    expect((await mistakesIn(text)).length).toBeGreaterThan(0);
  });

  test('a reference cannot decide the type', async () => {
    const text = right.replace('ndjson', '${TYPE}');

    expect(await mistakesIn(text, { env: { TYPE: 'ndjson' } })).toEqual([
      'job.yaml:7:11  sinks.files.type: must be written out, without ${…}',
    ]);
  });
});

describe('a setting whose variable is empty', () => {
  const datadog = (settings: string) =>
    right.replace(/files:[\s\S]*/, () => `dd: { type: datadog-metrics, ${settings} }\n`);

  test.each(['${KEY}', '${KEY:-}', '"${KEY:-}"'])('counts as left out where it may be: %s', async (key) => {
    const text = datadog(`api_key: dd-key-for-tests, app_key: ${key}, prefix: ${key}`);

    const { sinks } = await loadText(text, { env: { KEY: '' } });

    expect(sinks[0]?.settings).toMatchObject({ app_key: undefined, prefix: 'deepgram' });
  });

  test.each([
    ['${KEY}', 'the environment variable KEY is not set, or empty'],
    ['${KEY:-}', 'must not be empty'],
  ])('is missed where it may not be: %s', async (key, words) => {
    expect(await mistakesIn(datadog(`api_key: ${key}`), { env: { KEY: '' } })).toEqual([
      `job.yaml:6:41  sinks.dd.api_key: ${words}`,
    ]);
  });

  test('is missed where the variable is not set and has no default: that may be a slip', async () => {
    expect(await mistakesIn(datadog('api_key: dd-key-for-tests, app_key: ${KYE}'))).toEqual([
      'job.yaml:6:68  sinks.dd.app_key: the environment variable KYE is not set, or empty',
    ]);
  });

  test('is missed in a list, and its key is judged all the same', async () => {
    const text = datadog('api_key: dd-key-for-tests, tags: ["${KEY:-}"], prefx: ${KEY:-}');

    expect(await mistakesIn(text)).toEqual([
      'job.yaml:6:66  sinks.dd.tags[0]: must not be empty',
      'job.yaml:6:66  sinks.dd.tags[0]: must start with a letter: Datadog takes no other tag',
      'job.yaml:6:79  sinks.dd.prefx: is no setting known here (did you mean "prefix"?)',
    ]);
  });

  test('and counts as left out where nobody needs it', async () => {
    const text = datadog('api_key: ${KEY}, app_key: ${KEY}');

    const { sinks } = await loadText(text, { env: { KEY: '' }, isNeeded: () => false });

    expect(sinks.map(({ name }) => name)).toEqual(['dd']);
  });
});

describe('what Datadog calls its variables', () => {
  const withSink = (settings: string) => right.replace(/files:[\s\S]*/, () => `dd: { type: ${settings} }\n`);
  const env = {
    DD_API_KEY: 'key-of-the-environment',
    DD_APP_KEY: 'application-key',
    DD_SITE: 'ap1.datadoghq.com',
  };

  test.each(['datadog-metrics', 'datadog-logs', 'datadog-costs'])(
    'is found without being named: %s',
    async (type) => {
      const job = await loadText(withSink(type), { env });

      expect(job.sinks[0]?.settings).toMatchObject({ site: 'ap1.datadoghq.com' });
      const secrets = job.secrets.map((secret) => secret.reveal());
      expect(secrets).toContain('key-of-the-environment');
      expect(secrets.includes('application-key')).toBe(type !== 'datadog-logs');
    },
  );

  test('and what is written wins', async () => {
    const text = withSink('datadog-metrics, api_key: key-of-the-file, app_key: another, site: datadoghq.eu');

    const job = await loadText(text, { env });

    expect(job.sinks[0]?.settings).toMatchObject({ site: 'datadoghq.eu' });
    expect(job.secrets.map((secret) => secret.reveal())).toEqual([
      'dg-key-for-tests',
      'key-of-the-file',
      'another',
    ]);
  });

  test('and the default holds where they are empty, or not there', async () => {
    for (const DD_SITE of ['', undefined]) {
      const job = await loadText(withSink('datadog-metrics'), { env: { ...env, DD_APP_KEY: '', DD_SITE } });

      expect(job.sinks[0]?.settings).toMatchObject({ site: 'datadoghq.com', app_key: undefined });
    }
  });

  test.each([
    [{}, 'api_key: is missing, and the environment variable DD_API_KEY is not set, or empty'],
    [{ DD_API_KEY: '' }, 'api_key: is missing, and the environment variable DD_API_KEY is not set, or empty'],
    [
      { DD_API_KEY: '"quoted"' },
      'api_key: must be the key alone: remove the quotes around it (what is in DD_API_KEY is taken)',
    ],
  ])('a mistake says which is meant: %j', async (env, words) => {
    expect(await mistakesIn(withSink('datadog-metrics'), { env })).toEqual([
      `job.yaml:6:3  sinks.dd.${words}`,
    ]);
  });

  test('is not needed to judge the structure', async () => {
    const job = await loadText(withSink('datadog-costs'), { mode: 'structure' });

    expect(job.sinks.map(({ name }) => name)).toEqual(['dd']);
  });
});

describe('the structure alone', () => {
  const everywhere = `version: 1
source:
  type: deepgram
  api_key: \${KEY}
  base_url: \${URL}
  projects: ["\${PROJECT}", other]
  states: { unknown_after: "\${AFTER}", lost_after: 30m }
window:
  since: \${SINCE}
sinks:
  files: { type: ndjson, path: "\${FOLDER}", compression: "\${COMPRESSION}", streams: ["\${STREAM}", usage] }
  tables: { type: tableau-csv, path: "\${FOLDER}" }
  dd: { type: datadog-metrics, api_key: "\${DD}", site: "\${SITE}", interval: "\${INTERVAL}", dimensions: ["\${D}"] }
`;

  test('needs no environment, and judges no value that depends on it', async () => {
    const job = await loadText(everywhere, { mode: 'structure' });

    expect(job.sinks.map(({ name }) => name)).toEqual(['files', 'tables', 'dd']);
    expect(job.source.settings).toMatchObject({ base_url: 'https://api.deepgram.com' });
  });

  test('does not compare folders that are not known yet', async () => {
    const text = `${right}  here: { type: ndjson, path: "\${FOLDER}" }\n`.replace('path: out', 'path: .');

    const job = await loadText(text, { mode: 'structure' });

    expect(job.sinks).toHaveLength(2);
  });

  test('takes the defaults, whatever the environment holds', async () => {
    const text = withPath('${FOLDER:-/default}');

    const job = await loadText(text, { mode: 'structure', env: { FOLDER: '/elsewhere' } });

    expect(job.sinks[0]?.outputPaths).toEqual(['/default']);
  });

  test('judges keys, whatever their values are', async () => {
    const text = right.replace('path: out', 'path: out\n    compresion: ${C}');

    expect(await mistakesIn(text, { mode: 'structure' })).toEqual([
      'job.yaml:9:5  sinks.files.compresion: is no setting known here (did you mean "compression"?)',
    ]);
  });

  test('judges defaults', async () => {
    const text = right.replace('path: out', 'path: out\n    compression: ${C:-gz}');

    expect(await mistakesIn(text, { mode: 'structure' })).toEqual([
      'job.yaml:9:18  sinks.files.compression: must be one of none, gzip',
    ]);
  });

  test('judges everything else, and references where text cannot be', async () => {
    const text = everywhere
      .replace('lost_after: 30m', 'lost_after: soon')
      .replace('window:', 'streams: ${STREAMS}\nwindow:')
      .replace('files: {', 'files: { required: "${REQUIRED}",')
      .replace('path: "${FOLDER}" }', 'path: "${FOLDER" }');

    expect(await mistakesIn(text, { mode: 'structure' })).toEqual([
      'job.yaml:7:52  source.states.lost_after: must be a duration such as 60s, 5m, 36h or 7d',
      'job.yaml:8:10  streams: must be a map of settings; a ${…} always gives text',
      'job.yaml:12:22  sinks.files.required: must be true or false; a ${…} always gives text',
      'job.yaml:13:38  sinks.tables.path: a ${ has no } after it; write $${ for a literal ${',
    ]);
  });
});
