import { describe, expect, test } from 'vitest';
import { errorOf, loadText, mistakesIn, right } from '../load-text.js';

const head = 'version: 1\nsource: { type: deepgram, api_key: dg-key-for-tests }\n';
const sinks = 'sinks: { files: { type: ndjson, path: out } }\n';
/** A file that is right but for one more setting: of its source, of its sink, or beside them. */
const inSource = (setting: string) => right.replace('  type: deepgram', `  type: deepgram\n  ${setting}`);
const inSink = (setting: string) => right.replace('path: out', `path: out\n    ${setting}`);
const beside = (setting: string) => `${head}${setting}\n${sinks}`;
/** Files of which the key, or all of the settings of the sink, are these. */
const withKey = (key: string) => right.replace('dg-key-for-tests', key);
const withFiles = (settings: string) => `${head}sinks: { files: { ${settings} } }\n`;
const datadog = (settings: string) =>
  `${head}sinks:\n  dd:\n    type: datadog-metrics\n    api_key: dd-key-for-tests\n    ${settings}\n`;
const sites =
  'datadoghq.com, us3.datadoghq.com, us5.datadoghq.com, datadoghq.eu, ap1.datadoghq.com, ' +
  'ap2.datadoghq.com, uk1.datadoghq.com, ddog-gov.com, us2.ddog-gov.com';
const dimensions = 'project, endpoint, method, model, status, deployment, api_key, request_tags';

describe('one mistake, its place and its words', () => {
  test.each([
    ['no version', right.replace('version: 1\n', ''), '1:1  version: is missing: write version: 1'],
    [
      'another version',
      right.replace('1', '2'),
      '1:10  version: must be 1, the version that this program reads',
    ],
    ['no source', `version: 1\n${sinks}`, '1:1  source: is missing'],
    ['no key', right.replace('  api_key: dg-key-for-tests\n', ''), '2:1  source.api_key: is missing'],
    ['a key of digits', withKey('12345678'), '4:12  source.api_key: must be text; put it in quotes'],
    ['an empty key', withKey('""'), '4:12  source.api_key: must not be empty'],
    [
      'a key with a space',
      withKey('two words'),
      '4:12  source.api_key: must be a key without spaces, line breaks or letters beyond ASCII',
    ],
    [
      'a key in the quotes of an env file',
      withKey(`'"dg-key-for-tests"'`),
      '4:12  source.api_key: must be the key alone: remove the quotes around it',
    ],
    [
      'a key in the quotes of a chat',
      withKey('“dg-key-for-tests”'),
      '4:12  source.api_key: must be the key alone: remove the quotes around it',
    ],
    [
      'a key with what stands before it in the header',
      withKey('token dg-key-for-tests'),
      '4:12  source.api_key: must be the key alone, without spaces: remove "Token" before it',
    ],
    [
      'a key of another product with what stands before it',
      datadog('site: datadoghq.com').replace('dd-key-for-tests', 'Bearer dd-key-for-tests'),
      '6:14  sinks.dd.api_key: must be the key alone, without spaces: remove "Bearer" before it',
    ],
    [
      'a whole header for a key',
      withKey(`'Authorization: Token dg-key-for-tests'`),
      '4:12  source.api_key: must be the key alone, without spaces: remove the name of the header before it',
    ],
    [
      'a key with the line break of echo',
      withKey('"dg-key-for-tests\\n"'),
      '4:12  source.api_key: must be the key alone: remove the spaces or line breaks around it',
    ],
    [
      'a base URL without a scheme',
      inSource('base_url: api.deepgram.com'),
      '4:13  source.base_url: must be a URL that starts with https://',
    ],
    [
      'an unknown way with what is unavailable',
      inSource('unavailable: ignore'),
      '4:16  source.unavailable: must be fail or skip',
    ],
    [
      'objects where a page is put together',
      withFiles('type: report, path: s3://bucket/report.html'),
      '3:39  sinks.files.path: must be a folder or file of this machine: s3:// is for ndjson, parquet, tableau-csv with layout: daily, and the state',
    ],
    [
      'objects for cost files',
      withFiles('type: focus, path: s3://bucket/focus'),
      '3:38  sinks.files.path: must be a folder or file of this machine: s3:// is for ndjson, parquet, tableau-csv with layout: daily, and the state',
    ],
    [
      'objects where what is published is put together',
      withFiles(
        'type: tableau-publish, path: s3://bucket/x, url: https://t.example.com, token_name: n, token_secret: secret-of-a-token, project: p',
      ),
      '3:48  sinks.files.path: must be a folder or file of this machine: s3:// is for ndjson, parquet, tableau-csv with layout: daily, and the state',
    ],
    [
      'objects for tables that are put together',
      withFiles('type: tableau-csv, path: s3://bucket/tables'),
      '3:44  sinks.files.path: is for layout: daily: a file that is put together of others is made in a folder',
    ],
    [
      'an address of another kind',
      withFiles('type: ndjson, path: gs://bucket/lines'),
      '3:39  sinks.files.path: must be a folder, or s3://bucket/prefix, which other stores are reached by as well: AWS_ENDPOINT_URL_S3 says where they are',
    ],
    [
      'objects without a bucket',
      withFiles('type: ndjson, path: s3:///lines'),
      '3:39  sinks.files.path: must name a bucket as s3://bucket/prefix: small letters, digits, "-" and "."',
    ],
    [
      'objects with a way up',
      withFiles('type: ndjson, path: s3://bucket/a/../b'),
      '3:39  sinks.files.path: must not have an empty part, "." or ".." between its slashes',
    ],
    [
      'a state that is a whole bucket',
      beside('state: { path: s3://bucket }'),
      '3:16  state.path: must name an object of the bucket, as s3://bucket/prefix/state.json',
    ],
    [
      'two sinks below one prefix',
      `${head}sinks:\n  a: { type: ndjson, path: s3://bucket/out }\n  b: { type: parquet, path: S3://bucket/out/b/ }\n`,
      '5:6  sinks.b: writes inside the folder of sinks.a; each sink needs a folder of its own',
    ],
    [
      'a sink below the state',
      `${head}state: { path: s3://bucket/state.json }\nsinks: { a: { type: ndjson, path: s3://bucket/state.json.readings } }\n`,
      '4:13  sinks.a: writes where the state is kept; each sink needs a folder of its own',
    ],
    ['another source', right.replace('deepgram', 'deepgran'), '3:9  source.type: must be deepgram'],
    [
      'a misspelt setting',
      inSource('max_concurency: 3'),
      '4:3  source.max_concurency: is no setting known here (did you mean "max_concurrency"?)',
    ],
    [
      'a misspelt setting that must be there, once',
      right.replace('api_key: dg', 'apikey: dg'),
      '4:3  source.apikey: is no setting known here (did you mean "api_key"?)',
    ],
    [
      'an unknown setting',
      `${right}extra: 1\n`,
      '9:1  extra: is no setting known here; there are version, source, streams, window, state, budget, sinks',
    ],
    [
      'a place for the state that is not known',
      `${right}state: { type: postgre, url: "postgres://h/d" }\n`,
      '9:16  state.type: must be one of file, postgres (did you mean "postgres"?)',
    ],
    [
      'a place for the state that the environment says',
      `${right}state: { type: "\${KIND:-postgres}", url: "postgres://h/d" }\n`,
      '9:16  state.type: must be written out, without ${…}',
    ],
    [
      'an address of the state without its type',
      `${right}state: { url: "postgres://h/d" }\n`,
      '9:10  state.url: is no setting known here; there are path, type',
    ],
    [
      'a database of the state without an address',
      `${right}state: { type: postgres }\n`,
      '9:1  state.url: is missing',
    ],
    [
      'a file in a database',
      `${right}state: { type: postgres, url: "postgres://h/d", path: state.json }\n`,
      '9:49  state.path: is no setting known here; there are url, schema, tls, type',
    ],
    [
      'TLS of the state said twice',
      `${right}state: { type: postgres, url: "postgres://h/d?sslmode=require", tls: {} }\n`,
      '9:70  state.tls: is said twice: `url` has an sslmode; leave one of them out',
    ],
    ['a budget of nothing', `${right}budget: {}\n`, '9:9  budget: must have daily or monthly'],
    [
      'a budget for a week',
      `${right}budget: { daily: 10, weekly: 50 }\n`,
      '9:22  budget.weekly: is no setting known here; there are daily, monthly',
    ],
    ...['0', '-5', '.inf', '"200"'].map((value) => [
      `a daily budget of ${value}`,
      `${right}budget: { daily: ${value} }\n`,
      '9:18  budget.daily: must be a number of dollars from 0.01 to 1,000,000,000',
    ]),
    [
      'a budget of the environment',
      `${right}budget: { daily: "\${DAILY:-200}" }\n`,
      '9:18  budget.daily: must be a number of dollars from 0.01 to 1,000,000,000; a ${…} always gives text',
    ],
    [
      'a missing space',
      right.replace('type: ndjson', 'bom:true: x\n    type: ndjson'),
      '7:5  sinks.files.…: is no setting; is a space missing after ":"?',
    ],
    [
      'plain http to another machine',
      inSource('base_url: http://example.com'),
      '4:13  source.base_url: must start with https:// (http:// is for this machine only)',
    ],
    [
      'a password in a URL',
      inSource('base_url: https://me:word@example.com'),
      '4:13  source.base_url: must not contain a user name or password',
    ],
    [
      'a query in a URL',
      inSource('base_url: https://example.com/?key=x'),
      '4:13  source.base_url: must not contain "?" or "#"',
    ],
    [
      'another protocol',
      inSource('base_url: file:///etc/passwd'),
      '4:13  source.base_url: must be a URL that starts with https://',
    ],
    ...['0', '65', '1.5', 'many', '.nan'].map((value) => [
      `a concurrency of ${value}`,
      inSource(`max_concurrency: ${value}`),
      '4:20  source.max_concurrency: must be a whole number from 1 to 64',
    ]),
    [
      'one project as text',
      inSource('projects: mine'),
      '4:13  source.projects: must be all, or a list of project ids or names',
    ],
    [
      'lost before unknown',
      inSource('states: { unknown_after: 2h, lost_after: 1h }'),
      '4:44  source.states.lost_after: must not be shorter than unknown_after',
    ],
    [
      'a misspelt stream',
      beside('streams: { requsts: {} }'),
      '3:12  streams.requsts: is no setting known here (did you mean "requests"?)',
    ],
    [
      'a stream set to true',
      beside('streams: { models: true }'),
      '3:20  streams.models: must be false, or a map of options such as {}',
    ],
    [
      'a misspelt option of a stream',
      `${head}streams:\n  api_keys:\n    include_email: true\n${sinks}`,
      '5:5  streams.api_keys.include_email: is no setting known here (did you mean "include_emails"?)',
    ],
    [
      'an unknown usage grouping',
      beside('streams: { usage: { group_by: [model] } }'),
      '3:32  streams.usage.group_by[0]: must be one of accessor, endpoint, feature_set, models, method, tags, deployment (did you mean "models"?)',
    ],
    [
      'an unknown billing grouping',
      beside('streams: { billing: { group_by: [lineitem] } }'),
      '3:34  streams.billing.group_by[0]: must be one of accessor, deployment, line_item, tags, or a list of them (did you mean "line_item"?)',
    ],
    [
      'an unknown grouping in a combination',
      beside('streams: { billing: { group_by: [[tags, lineitem]] } }'),
      '3:41  streams.billing.group_by[0][1]: must be one of accessor, deployment, line_item, tags (did you mean "line_item"?)',
    ],
    [
      'one combination in two orders',
      beside('streams: { billing: { group_by: [[tags, line_item], [line_item, tags]] } }'),
      '3:33  streams.billing.group_by: must not hold the same combination of groupings twice',
    ],
    [
      'a usage grouping twice',
      beside('streams: { usage: { group_by: [tags, tags] } }'),
      '3:31  streams.usage.group_by: must not name the same grouping twice',
    ],
    [
      'every stream off',
      beside(
        'streams: { requests: false, usage: false, billing: false, balances: false, purchases: false, projects: false, api_keys: false, models: false }',
      ),
      '3:10  streams: must leave at least one stream on',
    ],
    [
      'a day that is none',
      beside('window: { since: 2026-02-30 }'),
      '3:18  window.since: must be a time back from now such as 7d, 36h or 4w, or a day as YYYY-MM-DD',
    ],
    [
      'a window in minutes',
      beside('window: { since: 90m }'),
      '3:18  window.since: must be a time back from now such as 7d, 36h or 4w, or a day as YYYY-MM-DD',
    ],
    ...['999999w', '2014-12-31'].map((since) => [
      `a window since ${since}`,
      beside(`window: { since: ${since} }`),
      '3:18  window.since: must not reach further back than ten years or 2015-01-01',
    ]),
    [
      'an end in words',
      beside('window: { until: yesterday }'),
      '3:18  window.until: must be now, or a day as YYYY-MM-DD',
    ],
    [
      'a window that ends before it begins',
      beside('window: { since: 2026-02-02, until: 2026-02-01 }'),
      '3:18  window.since: must not be after until',
    ],
    ['no sinks', head, '1:1  sinks: is missing'],
    ['an empty map of sinks', `${head}sinks: {}\n`, '3:8  sinks: must hold at least one sink'],
    ['sinks as a list', `${head}sinks:\n  - type: ndjson\n`, '4:3  sinks: must be a map of settings by name'],
    [
      'a sink without settings',
      `${head}sinks:\n  files:\n`,
      '4:3  sinks.files: is empty, and must be a map of settings',
    ],
    [
      'a sink without a type',
      withFiles('path: out'),
      '3:10  sinks.files.type: is missing: it must be one of tableau-csv, tableau-publish, ndjson, parquet, report, datadog-metrics, datadog-logs, datadog-costs, postgres, focus',
    ],
    [
      'a misspelt type',
      withFiles('type: tablo-csv'),
      '3:25  sinks.files.type: must be one of tableau-csv, tableau-publish, ndjson, parquet, report, datadog-metrics, datadog-logs, datadog-costs, postgres, focus (did you mean "tableau-csv"?); for a sink of your own, the path of its module, such as ./my-sink.mjs, or the name of an installed package',
    ],
    [
      'a name that is none',
      `${head}sinks: { 9: { type: ndjson, path: out } }\n`,
      '3:10  sinks.…: a sink’s name begins with a letter and has up to 24 letters, digits, "_" and "-"',
    ],
    [
      'a setting of another type of sink',
      withFiles('type: ndjson, path: out, layout: daily'),
      '3:44  sinks.files.layout: is no setting known here; there are path, compression, type, streams, required, deadline, missing',
    ],
    [
      'an unknown compression',
      withFiles('type: ndjson, path: out, compression: gz'),
      '3:57  sinks.files.compression: must be one of none, gzip',
    ],
    [
      'an unknown layout',
      `${head}sinks: { t: { type: tableau-csv, path: out, layout: dayly } }\n`,
      '3:53  sinks.t.layout: must be one of single, daily (did you mean "daily"?)',
    ],
    [
      'a locale without the preset that it is for',
      `${head}sinks: { t: { type: tableau-csv, path: out, locale: de-DE } }\n`,
      '3:53  sinks.t.locale: is for preset: spreadsheet alone: add that, or remove locale',
    ],
    [
      'a packaged data source of files of days',
      `${head}sinks: { t: { type: tableau-csv, path: out, layout: daily, package: true } }\n`,
      '3:69  sinks.t.package: is for layout: single with preset: tableau, whose tables a data source can have',
    ],
    [
      'a workbook of files for one country',
      `${head}sinks: { t: { type: tableau-csv, path: out, preset: spreadsheet, workbook: true } }\n`,
      '3:76  sinks.t.workbook: is for layout: single with preset: tableau, whose tables a data source can have',
    ],
    [
      'an unknown preset',
      `${head}sinks: { t: { type: tableau-csv, path: out, preset: spreadsheets } }\n`,
      '3:53  sinks.t.preset: must be one of tableau, spreadsheet (did you mean "spreadsheet"?)',
    ],
    [
      'a home folder',
      withFiles('type: ndjson, path: ~/out'),
      '3:39  sinks.files.path: "~" is not expanded here: write ${HOME} or the whole path',
    ],
    [
      'a flag in quotes',
      withFiles('type: ndjson, path: out, required: "no"'),
      '3:54  sinks.files.required: must be true or false',
    ],
    [
      'a deadline without a unit',
      inSink('deadline: 5'),
      '9:15  sinks.files.deadline: must be a duration such as 60s, 5m, 36h or 7d',
    ],
    ['no deadline to speak of', inSink('deadline: 0s'), '9:15  sinks.files.deadline: must be from 1s to 1d'],
    ['no streams for a sink', inSink('streams: []'), '9:14  sinks.files.streams: must name a stream'],
    [
      'a misspelt stream of a sink',
      inSink('streams: [usage, request]'),
      '9:22  sinks.files.streams[1]: is no stream that is read (did you mean "requests"?)',
    ],
    [
      'a stream that is off',
      `${head}streams: { balances: false }\nsinks: { files: { type: ndjson, path: out, streams: [usage, balances] } }\n`,
      '4:61  sinks.files.streams[1]: is not read: to have it, write `balances: {}` under `streams`',
    ],
    [
      'a misspelt site',
      datadog('site: datadoghq.con'),
      `7:11  sinks.dd.site: must be one of ${sites} (did you mean "datadoghq.com"?)`,
    ],
    [
      'plain http to a proxy',
      datadog('api_url: http://10.0.0.1'),
      '7:14  sinks.dd.api_url: must start with https:// (http:// is for this machine only)',
    ],
    ['a short interval', datadog('interval: 9s'), '7:15  sinks.dd.interval: must be from 10s to 1d'],
    [
      'an odd interval',
      datadog('interval: 7m'),
      '7:15  sinks.dd.interval: must divide a day evenly, such as 10s, 60s or 5m',
    ],
    [
      'an unknown dimension',
      datadog('dimensions: [projct]'),
      `7:18  sinks.dd.dimensions[0]: must be one of ${dimensions} (did you mean "project"?)`,
    ],
    [
      'a dimension twice',
      datadog('dimensions: [model, model]'),
      '7:17  sinks.dd.dimensions: must not name the same dimension twice',
    ],
    ...['1h', '1d'].map((interval) => [
      `an interval of ${interval} without historical metrics`,
      datadog(`interval: ${interval}`),
      '7:15  sinks.dd.interval: must be shorter than 1h, or `historical` must be true: a count of an hour could never be ' +
        'delivered, since it is older than the hour that Datadog takes when it is over',
    ]),
    [
      'a tag that begins with a digit',
      datadog('tags: [env:prod, 9lives]'),
      '7:22  sinks.dd.tags[1]: must start with a letter: Datadog takes no other tag',
    ],
    ...['env:', 'env:prod_', 'env:prod!'].map((tag) => [
      `a tag of which Datadog removes the end: ${tag}`,
      datadog(`tags: ["${tag}"]`),
      '7:12  sinks.dd.tags[0]: must end with a letter, a digit, "-", "." or "/": Datadog removes anything else from the end of a tag',
    ]),
    [
      'a tag that is too long',
      datadog(`tags: [${'x'.repeat(201)}]`),
      '7:12  sinks.dd.tags[0]: must have at most 200 characters: Datadog cuts a tag there',
    ],
    ['tags as text', datadog('tags: env:prod'), '7:11  sinks.dd.tags: must be a list'],
    [
      'a prefix with a dash',
      datadog('prefix: deep-gram'),
      '7:13  sinks.dd.prefix: must start with a letter and hold letters, digits, "_" and "." only',
    ],
  ])('%s', async (_, text, mistake) => {
    expect(await mistakesIn(text ?? '')).toEqual([`job.yaml:${mistake}`]);
  });
});

test('all mistakes are shown at once, in the order of the file', async () => {
  const text = `version: 1
source: { type: deepgram }
window: { since: soon }
sinks:
  a: { type: tableau-csv, path: out/a, streams: [request], site: x }
  b: { type: ndjson, path: out/a/b }
  c: { type: datadog-metrics, site: here, interval: 7s }
`;

  expect(await mistakesIn(text)).toEqual([
    'job.yaml:2:1  source.api_key: is missing',
    'job.yaml:3:18  window.since: must be a time back from now such as 7d, 36h or 4w, or a day as YYYY-MM-DD',
    'job.yaml:5:50  sinks.a.streams[0]: is no stream that is read (did you mean "requests"?)',
    'job.yaml:5:60  sinks.a.site: is no setting known here; there are path, layout, preset, locale, bom, escape_formulas, source, package, workbook, type, streams, required, deadline, missing',
    'job.yaml:7:3  sinks.c.api_key: is missing, and the environment variable DD_API_KEY is not set, or empty',
    `job.yaml:7:37  sinks.c.site: must be one of ${sites}`,
    'job.yaml:7:53  sinks.c.interval: must be from 10s to 1d',
  ]);
});

test('a file that is something else altogether does not fill the screen', async () => {
  const keys = Array.from({ length: 200 }, (_, index) => `key${index}: 1\n`).join('');

  const mistakes = await mistakesIn(keys);

  expect(mistakes).toHaveLength(51);
  expect(mistakes.at(-1)).toBe('… and 153 more');
});

describe('two sinks in one folder', () => {
  const rule = 'each sink needs a folder of its own';
  const two = (first: string, second: string) =>
    `${head}sinks:\n  a: { type: ndjson, path: ${first} }\n  b: { type: tableau-csv, path: ${second} }\n`;

  test.each([
    ['the same', 'out', './out/', `writes the same folder as sinks.a; ${rule}`],
    ['one inside the other', 'out', 'out/x/../y', `writes inside the folder of sinks.a; ${rule}`],
    [
      'a folder whose name begins with dots',
      'out',
      'out/..x',
      `writes inside the folder of sinks.a; ${rule}`,
    ],
    ['one around the other', 'out/x', 'out', `writes the folder that holds the one of sinks.a; ${rule}`],
    ['the working directory', '.', 'out', `writes inside the folder of sinks.a; ${rule}`],
  ])('%s', async (_, first, second, words) => {
    expect(await mistakesIn(two(first, second))).toEqual([`job.yaml:5:6  sinks.b: ${words}`]);
  });

  test.each([
    ['out/a', 'out/b'],
    ['out', 'out2'],
    ['out', '..out'],
  ])('%s and %s are two folders', async (first, second) => {
    const job = await loadText(two(first, second));

    expect(job.sinks.map(({ name }) => name)).toEqual(['a', 'b']);
  });
});

describe('a sink keeps away from the state', () => {
  const job = (path: string) =>
    `${right.replace('path: out', `path: ${path}`)}state: { path: keep/state.json }\n`;

  test.each([
    'keep/state.json',
    'keep/state.json/x',
    'keep/state.json.delivered',
    './keep/state.json.readings/a',
  ])('not %s', async (path) => {
    expect(await mistakesIn(job(path))).toEqual([
      'job.yaml:7:5  sinks.files: writes where the state is kept; each sink needs a folder of its own',
    ]);
  });

  test.each(['keep', 'keep/state.jso', '.', 'keep/out'])('%s does no harm', async (path) => {
    const { sinks } = await loadText(job(path));

    expect(sinks).toHaveLength(1);
  });
});

test('the error is about the configuration and says what checks it', async () => {
  const error = await errorOf(loadText('version: 1\n'));

  expect(error).toMatchObject({ code: 'CONFIG_INVALID', kind: 'config' });
  expect(error.hint).toContain('`deepgram-export validate --env -c job.yaml`');
});
