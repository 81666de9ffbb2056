import { LineCounter, parseDocument, type YAMLError } from 'yaml';
import type { Mistake } from '../mistakes/mistake.js';
import { guardReferences } from '../references/reference-guard.js';
import { Places, START } from './places.js';
import { nothing, type PlainYaml, plainYaml, positionAt } from './plain-yaml.js';
import { yamlMessage } from './yaml-messages.js';

/**
 * Reads one YAML 1.2 document: no merge keys, no tags beyond the core ones, no key twice, aliases only as far
 * as they stay small. Keeps the place of everything.
 */
export function readYaml(text: string): PlainYaml {
  const longLine = text.split('\n').findIndex((line) => line.length > LONGEST_LINE);
  if (longLine >= 0) {
    return nothing({ line: longLine + 1, column: 1 }, 'the line is far too long for a setting');
  }
  const lines = new LineCounter();
  const { guarded, restore } = guardReferences(text);
  try {
    const document = parseDocument(guarded, {
      version: '1.2',
      schema: 'core',
      resolveKnownTags: false,
      stringKeys: true,
      // Ours is below: theirs takes time by the square of the keys.
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'error',
      lineCounter: lines,
    });
    const faults = [...document.errors, ...document.warnings];
    if (faults.length > 0) {
      return { value: undefined, places: new Places(), mistakes: mistakesOf(faults, text, lines) };
    }
    if (document.contents === null) return nothing(START, 'the file is empty');
    return plainYaml(document.contents, lines, restore);
  } catch (error) {
    // The parser and its visitors recurse; some depths pass its own limit and exhaust the stack.
    if (error instanceof RangeError) return nothing(START, yamlMessage('RESOURCE_EXHAUSTION'));
    throw error;
  }
}

/** Longer lines make the parser slow beyond use, and hold no setting. */
const LONGEST_LINE = 10_000;

/** The parser goes on after a fault and stumbles over what follows: the first of a line tells the most. */
function mistakesOf(faults: readonly YAMLError[], text: string, lines: LineCounter): Mistake[] {
  const references = faults.filter(({ pos: [at] }) => text.slice(at - 1, at + 1) === '${');
  const told = references.length > 0 ? references : faults;
  const byLine = new Map<number, Mistake>();
  for (const { pos, code } of told) {
    const position = positionAt(lines, pos[0]);
    if (byLine.has(position.line)) continue;
    const words =
      references.length > 0 ? `inside { } and [ ], put a text with \${…} in quotes` : yamlMessage(code);
    byLine.set(position.line, { position, path: [], words });
  }
  return [...byLine.values()];
}
