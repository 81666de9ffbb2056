import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projects } from '../../../../connectors/deepgram/streams/account.js';
import { billingBy } from '../../../../connectors/deepgram/streams/billing.js';
import { requests } from '../../../../connectors/deepgram/streams/requests.js';
import { usage } from '../../../../connectors/deepgram/streams/usage.js';
import { newFolder, run } from '../tableau-folder.js';

const byTags = billingBy(['line_item', 'tags']);

describe('README.txt', () => {
  it('says of each table what it is for, in lines that need no breaking', async () => {
    const folder = await newFolder();

    await run(folder, { streams: [projects, usage, requests, byTags] }, []);

    const text = await readMeIn(folder);
    const said = text.replaceAll(/\s+/g, ' ');
    for (const { name, description, use } of [projects, usage, requests, byTags])
      expect(said).toContain(` ${name}.csv ${description} ${use} `);
    expect(said).toContain(' requests_tags.csv Tags of the requests, one row a request and tag ');
    expect(text.split('\r\n').filter((line) => line.length > 100 || line.includes('\n'))).toEqual([]);
  });

  it('goes on naming tables of earlier runs', async () => {
    const folder = await newFolder();
    await run(folder, { streams: [usage] }, []);

    await run(folder, { streams: [byTags] }, []);

    expect(await readMeIn(folder)).toMatch(/^billing_by_line_item_tags\.csv\r\n.*^usage\.csv\r\n/ms);
  });

  it.each(['README.txt', 'ReadMe.TXT'])('leaves a %s of somebody else as it is', async (name) => {
    const folder = await newFolder();
    await writeFile(join(folder, name), 'My notes');

    await run(folder, { streams: [usage] }, []);

    expect(await readFile(join(folder, name), 'utf8')).toBe('My notes');
  });

  it('neither follows nor replaces a link of this name', async () => {
    const [folder, elsewhere] = [await newFolder(), await newFolder()];
    await writeFile(join(elsewhere, 'notes'), 'The tables of this folder, which I wrote down');
    await symlink(join(elsewhere, 'notes'), join(folder, 'README.txt'));

    await run(folder, { streams: [usage] }, []);

    expect(await readMeIn(folder)).toBe('The tables of this folder, which I wrote down');
  });
});

function readMeIn(folder: string): Promise<string> {
  return readFile(join(folder, 'README.txt'), 'utf8');
}
