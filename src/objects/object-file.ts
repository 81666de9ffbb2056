import { randomUUID } from 'node:crypto';
import type { AtomicFile } from '../files/atomic-file.js';
import { fileBody } from '../files/file-body.js';
import type { Bucket } from './bucket.js';
import { abortUpload, beginUpload, endUpload, sendPart, type Upload } from './multipart.js';

/** Bytes. */
export interface ObjectSizes {
  /** What all objects that are being written may hold in memory together; from there on, parts of them are sent. */
  readonly mostHeld: number;
  /** Of a part, but for the last of an object: stores want at least 5 MiB, and some want all to be alike. */
  readonly part: number;
}

/** One alone is sent in one piece up to `mostHeld`. As many parts as a store takes, 10,000, come to 80 GB. */
export const OBJECT_SIZES: ObjectSizes = { mostHeld: 64 * 1024 * 1024, part: 8 * 1024 * 1024 };

/** What is held of objects that are being written. */
export interface HeldBytes {
  bytes: number;
}

/** Begins an object. It is in memory until it is written at once, or sent in parts of which nobody sees anything. */
export function objectFile(
  bucket: Bucket,
  key: string,
  held: HeldBytes,
  { sizes, gzip }: { readonly sizes: ObjectSizes; readonly gzip: boolean },
): AtomicFile {
  const mark = randomUUID();
  let own: Buffer[] = [];
  let ownBytes = 0;
  let upload: Upload | undefined;
  const etags: string[] = [];

  const take = (bytes: number): Buffer => {
    const taken = Buffer.concat(own, bytes);
    let left = bytes;
    while (left > 0) {
      const [first = taken, ...others] = own;
      own = first.length > left ? [first.subarray(left), ...others] : others;
      left -= Math.min(left, first.length);
    }
    ownBytes -= bytes;
    held.bytes -= bytes;
    return taken;
  };
  const send = async (bytes: number): Promise<void> => {
    upload ??= await beginUpload(bucket, key, mark);
    etags.push(await sendPart(bucket, upload, etags.length + 1, take(bytes)));
  };
  const body = fileBody(async (bytes) => {
    // What is given may be changed when this has been answered.
    const copy = Buffer.from(bytes);
    own.push(copy);
    ownBytes += copy.length;
    held.bytes += copy.length;
    while (ownBytes >= sizes.part && held.bytes > sizes.mostHeld) await send(sizes.part);
  }, gzip);

  const file: AtomicFile = {
    get bytes() {
      return body.bytes;
    },
    write: async (chunk) => {
      if (chunk.length > 0) await body.write(chunk);
    },
    finish: async () => {
      await body.end();
      while (upload !== undefined && ownBytes > 0) await send(Math.min(ownBytes, sizes.part));
    },
    publish: async () => {
      if (upload === undefined) await bucket.write(key, take(ownBytes));
      else await endUpload(bucket, upload, etags);
      upload = undefined;
    },
    commit: async () => {
      await file.finish();
      await file.publish();
    },
    abort: async () => {
      body.destroy();
      take(ownBytes);
      const begun = upload;
      upload = undefined;
      // Where it cannot be taken back now, a later run does it.
      if (begun !== undefined) await abortUpload(bucket, begun).catch(() => {});
    },
  };
  return file;
}
