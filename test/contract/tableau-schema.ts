import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SCHEMA = new URL('../../../shared/contract/twb_2026.2.0.xsd', import.meta.url);

/** Whether a document of Tableau's can be held against the schema that Tableau publishes; where not, it is said. */
export function hasTableauSchema(): boolean {
  const lacking = !existsSync(SCHEMA)
    ? 'Tableau’s schema is not beside the repository, in ../shared/contract'
    : spawnSync('xmllint', ['--version']).error && 'xmllint is not installed';
  if (lacking) process.stdout.write(`Skipped: ${lacking}.\n`);
  return !lacking;
}

/** What these files have against the schema, a line each: `.tds`, or `.twb`. Empty: they fit. */
export function schemaErrors(files: readonly string[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'schema-'));
  const schema = join(folder, 'tableau.xsd');
  writeFileSync(join(folder, 'user.xsd'), USER);
  writeFileSync(join(folder, 'xml.xsd'), XML);
  writeFileSync(schema, withDataSource(readFileSync(SCHEMA, 'utf8')));
  const options = ['--noout', '--nonet', '--schema', schema];
  const { status, stderr } = spawnSync('xmllint', [...options, ...files], { encoding: 'utf8' });
  const lines = stderr.split('\n').filter((line) => line !== '' && !line.endsWith(' validates'));
  return status === 0 || lines.length > 0 ? lines : [`xmllint ended with ${status}`];
}

/** The published schema has no element for a data source alone, only its type, and does not say where it imports from. */
function withDataSource(text: string): string {
  return text
    .replace(
      /(<xs:import namespace="http:\/\/www\.tableausoftware\.com\/xml\/user")\/>/,
      '$1 schemaLocation="user.xsd"/>',
    )
    .replace(
      /(<xs:import namespace="http:\/\/www\.w3\.org\/XML\/1998\/namespace")\/>/,
      '$1 schemaLocation="xml.xsd"/>',
    )
    .replace(/<\/xs:schema>\s*$/, '<xs:element name="datasource" type="DataSource-CT"/></xs:schema>');
}

const USER = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.tableausoftware.com/xml/user">
  <xs:attributeGroup name="UserAttributes-AG"><xs:anyAttribute namespace="##other" processContents="skip"/></xs:attributeGroup>
</xs:schema>`;

const XML = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.w3.org/XML/1998/namespace">
  <xs:attribute name="base" type="xs:anyURI"/>
  <xs:attribute name="lang" type="xs:string"/>
  <xs:attribute name="space" type="xs:string"/>
</xs:schema>`;
