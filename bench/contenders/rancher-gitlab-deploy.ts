import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDirectory } from '../../worker/temporal-server/cache-directory';
import type { AskedUpgrade, FoundContender } from './contender';
import { BATCH_INTERVAL_SECONDS, BATCH_SIZE } from './contender';

const VERSION = '1.7';
/** Far above what any upgrade here takes; its default is 300. */
const TIMEOUT_SECONDS = 1800;
const INSTALL_LIMIT_MILLIS = 180_000;

const run = promisify(execFile);

/** Path of `rancher-gitlab-deploy`, installed from PyPI into Drover's cache where it is not there yet. @throws Error */
export async function installedRancherGitlabDeploy(say: (line: string) => void): Promise<string> {
  const folder = join(cacheDirectory(process.env), 'bench', `rancher-gitlab-deploy-${VERSION}`);
  const executable = join(folder, 'bin', 'rancher-gitlab-deploy');
  if (existsSync(executable)) return executable;
  say(`rancher-gitlab-deploy ${VERSION}: installing it from PyPI into ${folder}`);
  await mkdir(dirname(folder), { recursive: true });
  try {
    await run('python3', ['-m', 'venv', folder], { timeout: INSTALL_LIMIT_MILLIS });
    await run(join(folder, 'bin', 'pip'), ['install', '--quiet', `rancher-gitlab-deploy==${VERSION}`], {
      timeout: INSTALL_LIMIT_MILLIS,
    });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return executable;
}

/** The most used of today's tools, from PyPI; it needs Python. */
export async function rancherGitlabDeploy(say: (line: string) => void): Promise<FoundContender> {
  try {
    const executable = await installedRancherGitlabDeploy(say);
    const { stdout } = await run(join(dirname(executable), 'python'), ['--version']);
    return {
      contender: {
        ...{ name: 'rgd', label: `rancher-gitlab-deploy ${VERSION}`, finishes: true },
        command: (asked) => ({ command: executable, args: argumentsFor(asked), env: environmentFor(asked) }),
      },
      versions: { 'rancher-gitlab-deploy': VERSION, Python: stdout.trim().replace(/^Python /, '') },
    };
  } catch (error) {
    const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    say(`rancher-gitlab-deploy: not here, and could not be installed: ${line}`);
    const why = `rancher-gitlab-deploy ${VERSION} was not run: it could not be installed with Python's own tools (venv, pip).`;
    return { contender: null, versions: {}, why };
  }
}

function argumentsFor({ project, stack, service, image }: AskedUpgrade): string[] {
  return [
    ...['--environment', project, '--stack', stack, '--service', service, '--new-image', image],
    ...['--batch-size', String(BATCH_SIZE), '--batch-interval', String(BATCH_INTERVAL_SECONDS)],
    ...['--start-before-stopping', '--finish-upgrade', '--upgrade-timeout', String(TIMEOUT_SECONDS)],
  ];
}

function environmentFor({ rancherUrl, accessKey, secretKey }: AskedUpgrade): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    ...{ LANG: 'C.UTF-8', RANCHER_URL: rancherUrl, RANCHER_ACCESS_KEY: accessKey, RANCHER_SECRET_KEY: secretKey },
  };
}
