import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findServer, TEMPORAL_SERVER_VERSION } from '../../support/production/find-server';
import { preparePostgres } from '../../support/production/prepare-postgres';
import { COMPOSE_TEXT, demoVariables, renderComposeFile } from '../compose-file';
import { makeAppFolder } from './app-folder';
import type { ImageParts } from './image';
import { Suite } from './suite';

const USAGE = `Usage: npm run compose -- [options]

Starts the services of docker-compose.yml without Docker: the demo's values are put into the file, and its very commands run as processes
of this machine, each with the user, the capabilities, the mounts and the names that the file gives it; PostgreSQL, the schema job,
Temporal, the set-up job, the worker and the simulated Rancher. Then a deployment goes through them. It takes Linux and root.

Options:
  --temporal VERSION  which version of Temporal's server, such as the file's; it is built with Go where it is not in the cache.
                      Default: ${TEMPORAL_SERVER_VERSION}, the one of the other suites
  --keep              leave the folder with the logs
  -h, --help          this text

Exit codes: 0 all passed, 1 something failed, 2 bad options.
`;
const BAD_OPTIONS = 2;
const INSIDE = 'DROVER_COMPOSE_INSIDE';

interface Plan {
  readonly parts: ImageParts;
  readonly folder: string;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Outside: what needs a network of its own is fetched, and the rest is done where nobody else is. */
async function main(): Promise<number> {
  let options: { temporal?: string; keep?: boolean; help?: boolean };
  try {
    options = parseArgs({
      options: { temporal: { type: 'string' }, keep: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    }).values;
  } catch (error) {
    process.stderr.write(`${wordsOf(error)}\n\n${USAGE}`);
    return BAD_OPTIONS;
  }
  if (options.help === true) {
    say(USAGE);
    return 0;
  }
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/proc/self/ns/net')) {
    say('WRONG: this takes Linux and the rights of root: the processes get namespaces of their own');
    say('0 passed, 1 failed');
    return 1;
  }
  const folder = mkdtempSync(join(tmpdir(), 'drover-compose-'));
  chmodSync(folder, 0o755);
  let code = 1;
  try {
    const version = options.temporal ?? TEMPORAL_SERVER_VERSION;
    const named = versionInFile();
    say(
      `docker-compose.yml and Dockerfile, with Temporal ${version}${version === named ? '' : ` for the file's ${named}`}`,
    );
    const app = join(folder, 'app');
    const [temporal, postgres, sizes] = [
      await findServer(process.env, say, version),
      await preparePostgres(process.env, say),
      await makeAppFolder(app, say),
    ];
    for (const { step, bytes, millis } of sizes.steps)
      say(`  node_modules ${megabytes(bytes)} after ${(millis / 1000).toFixed(1)} s: ${step.slice(0, 60)}`);
    say(`  dist ${megabytes(sizes.dist)}; native part for ${sizes.platforms.join(', ')}`);
    say(`PostgreSQL: ${postgres.version}`);
    const plan: Plan = { parts: { postgres, temporal, temporalVersion: version, app }, folder };
    writeFileSync(join(folder, 'plan.json'), JSON.stringify(plan));
    code = await inside(folder);
  } catch (error) {
    say(`WRONG: ${wordsOf(error)}`);
    say('0 passed, 1 failed');
  }
  if (options.keep === true || code !== 0) say(`logs: ${folder}`);
  else rmSync(folder, { recursive: true, force: true });
  return code;
}

/** A network, mounts and process ids that end with it. */
function inside(folder: string): Promise<number> {
  const isolation = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const script = 'ip link set lo up && exec "$@"';
  const child = spawn('unshare', [...isolation, 'sh', '-c', script, 'sh', process.execPath, __filename], {
    stdio: 'inherit',
    env: { ...process.env, [INSIDE]: folder },
  });
  return new Promise((resolve) => {
    child.once('error', (error) => {
      say(`WRONG: unshare: ${error.message}`);
      resolve(1);
    });
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

async function runInside(folder: string): Promise<number> {
  const { parts } = JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8')) as Plan;
  const file = renderComposeFile(COMPOSE_TEXT, demoVariables());
  const suite = new Suite(file, parts, folder, say);
  let broken = 0;
  try {
    await suite.run();
  } catch (error) {
    say(`WRONG: ${wordsOf(error)}`);
    broken = suite.looked.some(({ wrong }) => wrong !== null) ? 0 : 1;
  } finally {
    await suite.close();
  }
  say(`not run, for their images are not at hand: ${suite.project.notRun.join(', ')}`);
  const failed = suite.looked.filter(({ wrong }) => wrong !== null).length + broken;
  say(`${suite.looked.length + broken - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

function versionInFile(): string {
  const image = renderComposeFile(COMPOSE_TEXT, {}).services.temporal?.image ?? '';
  return image.split(':')[1] ?? '';
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

function wordsOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

const folder = process.env[INSIDE];
(folder === undefined ? main() : runInside(folder)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${wordsOf(error)}\n`);
    process.exit(1);
  },
);
