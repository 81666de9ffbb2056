import { packageFile } from '../files/package-file.js';

/** The package's version. */
export function version(): string {
  const manifest: { readonly version: string } = JSON.parse(packageFile('package.json'));
  return manifest.version;
}

/** How the program names itself to servers. */
export function userAgent(): string {
  return `deepgram-export/${version()} (node ${process.versions.node})`;
}
