import type { ErrorCode } from 'yaml';

/**
 * What is wrong with a text that is not YAML. The parser's own messages quote the text, which may hold a
 * key; these do not.
 */
export function yamlMessage(code: ErrorCode): string {
  return `not valid YAML: ${words[code]}`;
}

const words: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: 'an alias (*name) can have no anchor or tag of its own',
  BAD_ALIAS: 'an alias (*name) needs a name; put text that begins with "*" in quotes',
  BAD_COLLECTION_TYPE: 'a tag (!name) does not fit what follows it',
  BAD_DIRECTIVE: 'a line that begins with "%" is no directive known here',
  BAD_DQ_ESCAPE: 'this escape is unknown inside double quotes; use single quotes for text with backslashes',
  BAD_INDENT: 'the indentation does not fit the lines above, or a bracket is not closed',
  BAD_PROP_ORDER: 'an anchor (&name) or tag (!name) is in the wrong place',
  BAD_SCALAR_START: 'text cannot begin with this character; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY:
    'there is a second "key: value" on one line; put a text that contains ": " in quotes',
  BLOCK_IN_FLOW: 'indented lines cannot stand inside brackets',
  DUPLICATE_KEY: 'the same key is here twice',
  IMPOSSIBLE: 'it cannot be understood from here on',
  KEY_OVER_1024_CHARS: 'a key is too long; is a quote missing?',
  MISSING_CHAR: 'something is missing: a closing quote or bracket, a comma, or ":" and a space after a key',
  MULTILINE_IMPLICIT_KEY: 'a key must be on one line; is ":" missing?',
  MULTIPLE_ANCHORS: 'a value can have one anchor (&name) only',
  MULTIPLE_DOCS: 'a second document begins here; a configuration is one document',
  MULTIPLE_TAGS: 'a value can have one tag (!name) only',
  NON_STRING_KEY: 'a key must be plain text',
  RESOURCE_EXHAUSTION: 'it is nested too deeply',
  TAB_AS_INDENT: 'indentation must be spaces, not tabs',
  TAG_RESOLVE_FAILED: 'this tag is not known here; put text that begins with "!" in quotes',
  UNEXPECTED_TOKEN: 'this does not belong here; check the indentation, quotes and brackets around it',
};
