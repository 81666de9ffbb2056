import type { Options } from 'yargs';
import { isShowable } from '../../config/mistakes/mistake.js';
import { suggestion } from '../../config/mistakes/suggestion.js';

/** Something is wrong with the command line; the message may have several lines. */
export class UsageMistake extends Error {
  override readonly name = 'UsageMistake';
}

/**
 * The error for what yargs complains about: a rule that was broken, with yargs' own words, or an error. Its
 * errors about the command line become ours; all others stay as they are.
 */
export function mistakeFrom(
  message: string | undefined,
  error: Error | undefined,
  argv: readonly string[],
  options: readonly string[],
): Error {
  if (error !== undefined && error.name !== 'YError') return error;
  return new UsageMistake(inOurWords(message ?? error?.message ?? 'Not understood.', argv, options));
}

/** yargs gives each option under its name and under that in camel case. */
function inDashes(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** For yargs' `check`: it gives an option that is written twice as a list, and one without a value as "". */
export function checkSingleValues(options: Readonly<Record<string, Options>>) {
  return (args: Readonly<Record<string, unknown>>): true => {
    for (const [name, value] of Object.entries(args)) {
      // `_` holds the command and its arguments.
      const isList = name === '_' || options[inDashes(name)]?.array === true;
      if (Array.isArray(value) && !isList) throw new UsageMistake(`${dashed(name)} is given twice.`);
      if (value === '' || (Array.isArray(value) && value.includes('')))
        throw new UsageMistake(`${dashed(name)} needs a value.`);
    }
    return true;
  };
}

function inOurWords(message: string, argv: readonly string[], options: readonly string[]): string {
  if (message.startsWith('Did you mean')) return `There is no such command. ${message}`;
  const [, withoutValue] = /^Not enough arguments following: (.+)$/.exec(message) ?? [];
  if (withoutValue !== undefined) return `${dashed(withoutValue)} needs a value.`;
  const [, ofChoice, choices] = /^Invalid values:\s+Argument: (\S+), .*Choices: (.+)$/s.exec(message) ?? [];
  if (ofChoice !== undefined) return `${dashed(ofChoice)} must be one of ${choices}.`;
  const [, lacking] = /^Missing required arguments?: (.+)$/.exec(message) ?? [];
  if (lacking !== undefined) {
    const names = lacking.split(', ').map(dashed);
    return `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} needed.`;
  }
  if (message.startsWith('Not enough non-option arguments')) return 'A name is missing.';
  const [, unknown] = /^Unknown arguments?: (.+)$/s.exec(message) ?? [];
  if (unknown === undefined) return message;
  return unknown
    .split(', ')
    .filter((word) => isWritten(word, argv))
    .map((word) => aboutUnknown(word, argv, options))
    .join('\n');
}

/** False for the camel case that yargs makes of a name with dashes and complains about as well. */
function isWritten(word: string, argv: readonly string[]): boolean {
  return word.length === 1 || argv.some((arg) => arg.replace(/^-+/, '').split('=')[0] === word);
}

function aboutUnknown(word: string, argv: readonly string[], options: readonly string[]): string {
  const isShown = isShowable(word);
  if (!argv.includes(word)) {
    if (options.includes(word)) return `This command has no option ${dashed(word)}.`; // another one has
    const meant = suggestion(dashed(word), options.map(dashed));
    return isShown ? `There is no option ${dashed(word)}${meant}.` : 'One of the options is not known here.';
  }
  if (CONFIG_FILE.test(word)) return `A configuration is named with -c: -c ${word}.`;
  const name = isShown ? word : 'of that name';
  const isCommand = word === argv.find((arg) => !arg.startsWith('-'));
  return isCommand
    ? `There is no command ${name}.`
    : `One word too many: ${isShown ? word : 'not an option'}.`;
}

/** What can only be meant for one; nothing else of a command line is said that may be a key. */
const CONFIG_FILE = /^[\w./-]{1,200}\.ya?ml$/;

function dashed(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}
