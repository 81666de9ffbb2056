import { open } from 'node:fs/promises';
import { CAN_SYNC_FOLDERS } from './this-process.js';

/** Makes the names in a folder durable; resolves at once where the system knows no such thing. */
export async function syncFolder(path: string): Promise<void> {
  if (!CAN_SYNC_FOLDERS) return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
