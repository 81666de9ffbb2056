import { createRequire } from 'node:module';

/** The package's version. */
export function version(): string {
  // By its own name, since the way to the file differs between the sources and the build.
  const manifest: { readonly version: string } = createRequire(import.meta.url)(
    'deepgram-export/package.json',
  );
  return manifest.version;
}

/** How the program names itself to servers. */
export function userAgent(): string {
  return `deepgram-export/${version()} (node ${process.versions.node})`;
}
