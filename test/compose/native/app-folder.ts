import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../../support/root';
import { said } from '../dockerfile';
import { DOCKERFILE } from './image';

/** The step that needs a registry. */
const INSTALL = /^npm ci /;

/** What the image's `/app` is made of, in bytes. */
export interface AppSizes {
  /** `node_modules` after each step of the stage `packages`, by the step. */
  readonly steps: readonly { readonly step: string; readonly bytes: number; readonly millis: number }[];
  readonly dist: number;
  /** Platforms of Temporal's native part that are left. */
  readonly platforms: readonly string[];
}

/**
 * Makes the image's `/app` in a folder: the steps of the Dockerfile's stage `packages` as they stand, and the checkout's own build for
 * what the stage `build` makes.
 */
export async function makeAppFolder(folder: string, say: (line: string) => void): Promise<AppSizes> {
  const packages = DOCKERFILE.stages.find(({ name }) => name === 'packages');
  const last = DOCKERFILE.stages.at(-1);
  if (packages === undefined || last === undefined) throw new Error('the Dockerfile has no stage "packages"');
  mkdirSync(folder, { recursive: true });
  const copied = [packages, last].flatMap((stage) => said(stage, 'COPY')).filter((text) => !text.startsWith('--from='));
  for (const text of copied)
    for (const file of text.split(' ').slice(0, -1)) cpSync(join(ROOT, file), join(folder, file), { recursive: true });
  const modules = join(folder, 'node_modules');
  const steps: { step: string; bytes: number; millis: number }[] = [];
  for (const step of said(packages, 'RUN')) {
    if (INSTALL.test(step)) say(`Dockerfile: ${step}`);
    const began = Date.now();
    await promisify(execFile)('/bin/sh', ['-c', step], { cwd: folder, env: plainEnvironment(), maxBuffer: 1 << 26 });
    steps.push({ step, bytes: bytesOf(modules), millis: Date.now() - began });
  }
  cpSync(join(ROOT, 'dist'), join(folder, 'dist'), { recursive: true });
  const platforms = readdirSync(join(modules, '@temporalio', 'core-bridge', 'releases'));
  return { steps, dist: bytesOf(join(folder, 'dist')), platforms };
}

/** What a build has, besides the settings of the registry that this machine uses. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const npm = Object.entries(process.env).filter(([name]) =>
    /^npm_config_(registry|cafile|cache)$|_PROXY$|^NODE_EXTRA_CA_CERTS$/i.test(name),
  );
  return { PATH: process.env.PATH, HOME: process.env.HOME, ...Object.fromEntries(npm) };
}

function bytesOf(folder: string): number {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
