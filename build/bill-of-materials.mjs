const IN_THE_LOCK = /node_modules\/.+$/;

/**
 * What the bundle is made of, in the form of CycloneDX: with it a scanner finds a package that has an advisory, although
 * nothing of it is installed by its name. The same packages give the same bytes: it has neither a time nor a serial number.
 *
 * @see https://cyclonedx.org/docs/1.6/json/
 */
export function billOfMaterials(product, packages, lock) {
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { lifecycles: [{ phase: 'build' }], component: component('application', product) },
    components: packages.map((bundled) => ({
      ...component('library', bundled),
      hashes: [hash(integrityOf(bundled, lock))],
    })),
  };
}

function component(type, { name, version, license }) {
  const [scope, unscoped] = name.startsWith('@') ? name.split('/') : [undefined, name];
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  return {
    type,
    'bom-ref': purl,
    ...(scope && { group: scope }),
    name: unscoped,
    version,
    licenses: [/[ ()]/.test(license) ? { expression: license } : { license: { id: license } }],
    purl,
  };
}

function integrityOf({ folder, name, version }, { packages }) {
  const [place] = IN_THE_LOCK.exec(folder) ?? [];
  const locked = packages[place];
  if (locked?.version !== version)
    throw new Error(`${name} ${version} is bundled, and is not what the lock has`);
  return locked.integrity;
}

/** `sha512-` and Base64, as npm has it; hexadecimal, as CycloneDX does. */
function hash(integrity) {
  const [algorithm, digest] = integrity.split('-');
  if (algorithm !== 'sha512') throw new Error(`${integrity} is no hash of SHA-512`);
  return { alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') };
}
