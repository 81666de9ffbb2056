/** The variables of the environment by their names. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A text after its `${…}` have been replaced; `undefined` where that was not possible. */
export interface Replaced {
  readonly text: string | undefined;
  /** What is wrong with the form of its references. */
  readonly mistakes: readonly string[];
  /** Variables that are not set, or empty. */
  readonly missing: readonly string[];
  /** True where the text is one reference, and its variable is set and empty. */
  readonly isEmpty: boolean;
  /** What came from the environment for references without a default: those may be secrets. */
  readonly values: readonly string[];
}

const FORM = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;

/**
 * Replaces `${NAME}`, `${NAME:-default}` and `$${` (a literal `${`) in one text. A variable that is empty
 * counts as missing. What comes out is text and is not looked at again. With `undefined` as the
 * environment only the form is checked and defaults are put in.
 */
export function replaceReferences(text: string, environment: Environment | undefined): Replaced {
  const mistakes: string[] = [];
  const missing: string[] = [];
  const values: string[] = [];
  let out = '';
  let open = false;
  let rest = 0;
  for (let start = text.indexOf('${'); start >= 0; start = text.indexOf('${', rest)) {
    if (start > rest && text[start - 1] === '$') {
      out += `${text.slice(rest, start - 1)}\${`;
      rest = start + 2;
      continue;
    }
    const end = text.indexOf('}', start);
    if (end < 0)
      return { text: undefined, mistakes: [...mistakes, UNCLOSED], missing, isEmpty: false, values };
    const [, name, fallback] = FORM.exec(text.slice(start + 2, end)) ?? [];
    const value = name === undefined ? undefined : environment?.[name] || fallback;
    if (name === undefined) mistakes.push(MALFORMED);
    else if (fallback?.includes('${')) mistakes.push(NESTED);
    else if (value === undefined && environment !== undefined) missing.push(name);
    open ||= value === undefined;
    if (value !== undefined && fallback === undefined) values.push(value);
    out += text.slice(rest, start) + (value ?? '');
    rest = end + 1;
  }
  const whole = FORM_OF_ALL.exec(text)?.[1];
  const isEmpty = whole !== undefined && environment?.[whole] === '';
  return { text: open ? undefined : out + text.slice(rest), mistakes, missing, isEmpty, values };
}

const FORM_OF_ALL = /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/;

const MALFORMED = `a reference is written \${NAME} or \${NAME:-default}; write $\${ for a literal \${`;
const NESTED = `a default is plain text and holds no \${…} of its own: name one variable, and set it before the run`;
const UNCLOSED = `a \${ has no } after it; write $\${ for a literal \${`;
