// npm run api-key -- --name NAME --scopes SCOPES: makes an API key in the database that DATABASE_URL names, or in that of
// the platform that runs in this workplace.
import { spawnSync } from 'node:child_process';
import { readVariable } from './environment.js';
import { findDatabaseUrl } from './postgres/postgres-server.js';
import { serviceMain } from './processes/services.js';
import { findWorkplace, repositoryFolder } from './workplace.js';

const url = readVariable('DATABASE_URL') ?? findDatabaseUrl(findWorkplace().postgres);
if (url) {
  const main = serviceMain(repositoryFolder, 'api');
  const { status } = spawnSync(process.execPath, [main, 'create-key', ...process.argv.slice(2)], {
    env: { ...process.env, DATABASE_URL: url },
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
} else {
  console.error('There is no database here: start the platform with npm start, or set DATABASE_URL.');
  process.exitCode = 1;
}
