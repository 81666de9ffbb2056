/** Longer messages are cut. */
const LONGEST = 2_000;
/** What is looked at of a message: it bounds the work that a hostile one can make. */
const LONGEST_READ = 8_000;

const REDACTED = '[REDACTED]';

/**
 * A message without what looks like a credential, and without the query strings of the URLs in it, however often it was
 * percent-encoded or put into JSON on its way. One that has neither stays as it is; else it is given decoded, since that
 * is how it was judged.
 */
export function redactedMessage(message: string | null): string | null {
  if (message === null) return null;
  const text = message.length > LONGEST_READ ? withoutCutWord(message.slice(0, LONGEST_READ)) : message;
  const plain = decoded(text);
  const clean = plain
    .replace(AUTHORIZATION, `$1${REDACTED}`)
    .replace(SCHEME, `$1${REDACTED}`)
    .replace(NAMED, `$1${REDACTED}`)
    .replace(RECOGNIZED, REDACTED)
    .replace(WORD, withoutQuery);
  return (clean === plain ? text : clean).slice(0, LONGEST) || null;
}

/** What is cut off may look like something else: credentials like a host. */
function withoutCutWord(text: string): string {
  return text.replace(/\S+$/, '…');
}

/** Percent-encoded twice within JSON within JSON, and once more. */
const MOST_ROUNDS = 5;

function decoded(text: string): string {
  let plain = text;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const next = plain
      .replace(/\\u00([0-7][\da-f])|%([0-7][\da-f])/gi, (_, json, percent) => characterOf(json ?? percent))
      .replace(/\\([nrt])/g, ' ')
      .replace(/\\(["'+\\/])/g, '$1');
    if (next === plain) break;
    plain = next;
  }
  return plain;
}

/** Somebody has encoded what would end a word so that it does not: a password may have it. As forms do, a space is a plus. */
function characterOf(hex: string): string {
  const character = String.fromCharCode(Number.parseInt(hex, 16));
  return /[\s"<>\0]/.test(character) ? '+' : character;
}

/** What stands between a name, or a scheme, and its value. */
const GAP = `["'+\\s]{0,5}`;
const VALUE = `[^\\s"'<>&;,{}]+`;
const AUTHORIZATION = new RegExp(`\\b(authorization${GAP}[:=]${GAP}(?:[a-z]+[\\s+]+)?)${VALUE}`, 'gi');
/** A word that is none: with digits or signs in it, with capitals behind small letters, or long. */
const NO_WORD = `(?=${VALUE}(?<=[\\d_~+/=-]|[a-z][A-Z])|${VALUE}(?<=[^\\s"'<>&;,{}]{16}))`;
const SCHEME = new RegExp(
  `\\b((?:[Bb]earer|BEARER|[Tt]oken|TOKEN|[Bb]asic|BASIC|[Dd]igest)[\\s+:=]+)${NO_WORD}${VALUE}`,
  'g',
);
/** With an equals sign or in quotes, as data has them; a sentence that speaks of a token stays one. */
const NAMED = new RegExp(
  `((?:password|passwd|pwd|secret|api[_-]?key|access[_-]?key|token|credential|signature|session[_-]?id|cookie)` +
    `[\\w-]{0,40}(?:["'+]{0,2}\\s?=|["'+]{1,2}\\s?:)${GAP}|\\b(?:password|passwd|pwd|secret|api[_-]?key)\\s?:\\s?)${VALUE}`,
  'gi',
);
/** JSON web tokens, keys of Deepgram and of others that are hexadecimal, and keys that say what they are. */
const RECOGNIZED =
  /\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?|\b[\da-f]{32,}\b|\bAKIA[\dA-Z]{16}\b|\b(?:sk|rk|gh[a-z]|xox[a-z])[-_][\w-]{16,}/gi;

const WORD = /[^\s"<>]+/g;

/**
 * A word without the credentials and the query of the URL in it. Those in messages are often the broken ones: without a
 * scheme, with a `@` or a `?` in a password, with `&` or `;` where the query begins.
 */
function withoutQuery(word: string): string {
  // Slashes within a query begin nothing.
  const [head = ''] = /^[^?#&;]*?\/\//.exec(word) ?? [];
  const rest = word.slice(head.length);
  const isUrl = head !== '' || rest.includes('/');
  const query = rest.search(isUrl ? /[?#&;]/ : /\?(?=.)|[&;](?=[^=&;]*=)/s);
  const bare = query < 0 ? rest : rest.slice(0, query);
  const at = rest.lastIndexOf('@');
  const mayHoldUser = at >= 0 && (head !== '' || rest.slice(0, at).includes(':'));
  if (!mayHoldUser) return head + bare;
  if (at < bare.length) return head + bare.slice(at + 1);
  // A sign that begins a query may be part of a password, and then is what stands before it.
  return head + (bare.includes(':') || !bare.includes('/') ? '' : bare);
}
