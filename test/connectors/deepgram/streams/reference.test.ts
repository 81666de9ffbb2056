import { expect, it } from 'vitest';
import { selectStreams } from '../../../../connectors/deepgram/streams/select-streams.js';
import { streamsSettings } from '../../../../connectors/deepgram/streams/streams-settings.js';
import type { Stream } from '../../../../src/streams/stream.js';
import { EVERY_STREAM, EVERYTHING } from './every-stream.js';

it('docs/start/records.md says what the code says (npx vitest run test/connectors/deepgram/reference -u writes it)', async () => {
  await expect(referencePage(EVERY_STREAM)).toMatchFileSnapshot('../../../../docs/start/records.md');
});

it.each(EVERY_STREAM.map((stream) => [stream.name, stream] as const))(
  '%s: its key is made of its fields, each named once',
  (_name, stream) => {
    const names = stream.fields.map((field) => field.name);

    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining([...stream.key]));
  },
);

it('every stream has a name of its own', () => {
  const names = EVERY_STREAM.map((stream) => stream.name);

  expect(new Set(names).size).toBe(names.length);
});

it('a stream that is set to false is off, with its breakdowns', () => {
  const without = selectStreams({ ...EVERYTHING, usage: false, requests: false }).map(({ name }) => name);

  expect(without.filter((name) => name.startsWith('usage') || name === 'requests')).toEqual([]);
  expect(without).toContain('billing_by_line_item_tags');
});

it('e-mail addresses are a field only when asked for', () => {
  const withEmails = selectStreams({ ...EVERYTHING, members: false });
  const withoutEmails = selectStreams({ ...EVERYTHING, members: false, api_keys: { include_emails: false } });

  const personal = (selected: typeof withEmails) =>
    selected.flatMap(({ fields }) => fields.filter((field) => field.personal).map((field) => field.name));
  expect(personal(withEmails)).toEqual(['member_email']);
  expect(personal(withoutEmails)).toEqual([]);
});

it('members are read only when asked for, and are personal data but for what they may do', () => {
  const fields = selectStreams(EVERYTHING).find(({ name }) => name === 'members')?.fields ?? [];

  expect(fields.filter(({ personal }) => personal).map(({ name }) => name)).toEqual([
    'email',
    'first_name',
    'last_name',
  ]);
  expect(streamsSettings.parse({}).members).toBe(false);
  expect(streamsSettings.parse({ members: {} }).members).toEqual({});
});

function referencePage(all: readonly Stream[]): string {
  const page = [
    '# Records',
    '',
    'Made from `connectors/deepgram/streams`. Times are UTC. A value that Deepgram did not give is null, never 0 and never empty text.',
    'Keys tell two records of a stream apart. `strings` is a list of texts.',
    ...all.flatMap((stream) => ['', ...section(stream)]),
  ];
  return `${page.join('\n')}\n`;
}

function section(stream: Stream): string[] {
  return [
    `## ${stream.name}`,
    '',
    `${stream.description}. Key: ${stream.key.map((name) => `\`${name}\``).join(', ')}. ` +
      (stream.partitionedBy === 'day' ? 'A partition is a UTC day.' : 'One snapshot.'),
    ...(stream.use === undefined ? [] : ['', stream.use]),
    '',
    '| field | type | unit | | |',
    '|---|---|---|---|---|',
    ...stream.fields.map((field) => {
      const traits = [
        field.role,
        ...(field.required ? ['never null'] : []),
        ...(field.personal ? ['personal'] : []),
      ];
      return `| \`${field.name}\` | ${field.type} | ${field.unit ?? ''} | ${traits.join(', ')} | ${field.description} |`;
    }),
  ];
}
