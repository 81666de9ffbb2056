import type { z } from 'zod';
import type { SettingsTree } from '../references/resolve-references.js';
import { keyPositionOf, positionOf, type YamlNode } from '../yaml/yaml-node.js';
import type { Mistake, Path } from './mistake.js';
import { zodMessage } from './zod-messages.js';

/**
 * What a schema finds wrong with the settings, in plain words and with places. A value whose reference is
 * still open is not judged, unless text cannot stand there whatever the environment holds.
 */
export function schemaMistakes(schema: z.ZodType, tree: SettingsTree, root: YamlNode): Mistake[] {
  const result = schema.safeParse(tree.value, { error: zodMessage });
  if (result.success) return [];
  return result.error.issues
    .flatMap((issue) => findings(issue, []))
    .filter(({ path, words }) => TEXT_IS_WRONG.test(words) || !tree.isOpen(path))
    .map(({ path, words, atKey }) => ({
      path,
      words:
        tree.isReference(path) && TEXT_IS_WRONG.test(words) ? `${words}; a \${…} always gives text` : words,
      position: atKey ? keyPositionOf(root, path) : positionOf(root, path),
    }));
}

/** Words for settings that no text can be right for, so that a reference is wrong whatever it holds. */
const TEXT_IS_WRONG = /^must be (true or false|a list|a map|a whole number|false|1)\b/;

interface Finding {
  readonly path: Path;
  readonly words: string;
  readonly atKey: boolean;
}

function findings(issue: z.core.$ZodIssue, above: Path): Finding[] {
  const path = [...above, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const lines = issue.message.split('\n');
    return issue.keys.map((key, index) => ({
      path: [...path, key],
      words: lines[index] ?? issue.message,
      atKey: true,
    }));
  }
  if (issue.code === 'invalid_key') {
    const words = issue.issues[0]?.message ?? issue.message;
    return [{ path, words, atKey: true }];
  }
  if (issue.code === 'invalid_union') {
    const meant = issue.errors.find((issues) => issues.every(fitsTheForm));
    if (meant !== undefined) return meant.flatMap((inner) => findings(inner, path));
    return [{ path, words: issue.message + nearestIn(issue.errors.flat()), atKey: false }];
  }
  return [{ path, words: issue.message, atKey: false }];
}

/** False for an issue that shows that another branch of the union was meant. */
function fitsTheForm(issue: z.core.$ZodIssue): boolean {
  const isAboutTheWhole = issue.path.length === 0;
  return !(isAboutTheWhole && (issue.code === 'invalid_type' || issue.code === 'invalid_value'));
}

/** The suggestion that one of the branches has. */
function nearestIn(issues: readonly z.core.$ZodIssue[]): string {
  const found = issues.map(({ message }) => / \(did you mean .*\)$/.exec(message)?.[0]);
  return found.find((near) => near !== undefined) ?? '';
}
