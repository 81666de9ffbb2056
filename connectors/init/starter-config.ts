import { packageFile } from '../../src/files/package-file.js';

/** `config/starter.yaml` of this package, with these sinks on and all others in remarks; without any, as it is. */
export function starterConfig(sinks: readonly string[]): string {
  const text = packageFile('config/starter.yaml');
  if (sinks.length === 0) return text;
  const [head = '', ...blocks] = text.split(SINK);
  return [head, ...blocks.map((block) => switched(block, sinks))].join('');
}

/** Names of the variables that what is on asks for, in the order of the text; those with a default left out. */
export function variablesOf(config: string): readonly string[] {
  const active = config.replace(/^\s*#.*$/gm, '');
  return [...new Set([...active.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name))];
}

/** Before each sink, whether it is on or not. */
const SINK = /^(?= {2}(?:# )?[a-z]+:\n {2}(?:# )? {2}type: )/m;

function switched(block: string, sinks: readonly string[]): string {
  const [, mark, name = ''] = /^ {2}(# )?([a-z]+):/.exec(block) ?? [];
  const isOn = mark === undefined;
  if (isOn === sinks.includes(name)) return block;
  return isOn ? block.replace(/^ {2}(?=\S| )/gm, '  # ') : block.replace(/^ {2}# ?/gm, '  ');
}
