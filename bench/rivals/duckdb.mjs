/** DuckDB in this process: it reads the pages from files, and writes the lines and the table itself. */
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';

const { project } = JSON.parse(await readFile('job.json', 'utf8'));
execFileSync('curl', ['--config', 'curl.config'], { stdio: 'inherit' });
const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();
await connection.run('SET VARIABLE project_id = $id', { id: project.id });
await connection.run('SET VARIABLE project_name = $name', { name: project.name });
await connection.run(await readFile(fileURLToPath(new URL('flat.sql', import.meta.url)), 'utf8'));
connection.closeSync();
