import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The packages that these modules of a bundle come from, each with its folder and what its manifest says. */
export function bundledPackages(modules) {
  const folders = new Set(modules.map(folderOf).filter((folder) => folder !== undefined));
  return [...folders].sort().map((folder) => ({ folder, ...manifestOf(folder) }));
}

/** Their licenses, as each of them asks for. */
export function licenseTexts(packages) {
  return packages.map(licenseText).join(`\n${'-'.repeat(80)}\n\n`);
}

/** The folder of the package that a module is part of; undefined for our own. */
function folderOf(module) {
  const end = module.lastIndexOf('/node_modules/');
  if (end < 0) return undefined;
  let folder = dirname(module);
  while (!existsSync(join(folder, 'package.json')) || !('version' in manifestOf(folder)))
    folder = dirname(folder);
  return folder;
}

/** Of a page: some have their license there alone. */
const LAST_PART = /^#+ *licen[cs]e *\n+(.*)/ims;

function licenseText({ folder, name, version, license }) {
  const all = readdirSync(folder);
  const read = (file) => readFileSync(join(folder, file), 'utf8');
  const files = all.filter((file) => /^(licen[cs]e|notice)/i.test(file));
  const texts =
    files.length > 0
      ? files.map(read)
      : all.filter((file) => /^readme/i.test(file)).map((file) => LAST_PART.exec(read(file))?.[1] ?? '');
  if (texts.join('').trim() === '') throw new Error(`${name} is bundled, and its license is not found`);
  return [`${name} ${version} (${license})`, ...texts.map((text) => text.trim()), ''].join('\n\n');
}

function manifestOf(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}
