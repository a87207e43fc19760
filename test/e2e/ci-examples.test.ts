import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { parseXml } from '../client/summary/parse-xml';
import { DROVER_MAIN } from '../support/fresh-dist';
import { ROOT } from '../support/root';
import { Stack } from '../support/stack';
import { Command } from './command';

jest.setTimeout(240_000);

let stack: Stack;
let bin = '';

beforeAll(async () => {
  stack = await Stack.start({
    seed: {
      keys: [{ accessKey: 'ACCESS', secretKey: 'SECRET', role: 'owner' }],
      projects: [
        {
          name: 'Production',
          stacks: [
            { name: 'storefront', services: [{ name: 'web', launchConfig: { imageUuid: 'docker:example/web:1' } }] },
          ],
        },
      ],
    },
    // Long enough to be aborted in.
    environments: { prod: { project: 'Production', policy: { soak: '4s' } } },
  });
  bin = join(stack.folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'drover'), `#!/bin/sh\nexec "${process.execPath}" "${DROVER_MAIN}" "$@"\n`);
  chmodSync(join(bin, 'drover'), 0o755);
}, 120_000);
afterAll(() => stack.close());

const textOf = (name: string): string => readFileSync(join(ROOT, 'examples', 'ci', name), 'utf8');

/** How a CI system runs the shell parts of its example. */
interface System {
  readonly name: string;
  /** The part that deploys, as it stands in the file, and the one that comes after it however it ends. */
  readonly scripts: () => { readonly deploy: string; readonly after: string | null };
  /** The shell, and how it is given the script. */
  readonly shell: (file: string) => readonly string[];
  /** What the system sets for one build. */
  readonly env: (build: string, folder: string) => Readonly<Record<string, string>>;
  /** What is signalled when a job is aborted: the shell alone, or all processes of the job. */
  readonly aborts: { readonly whom: 'shell' | 'all'; readonly with: NodeJS.Signals };
  /** Who asked, in Drover's history, and the link to the build. */
  readonly by: (build: string) => string;
  readonly link: (build: string) => string;
}

interface GitLab {
  readonly deploy: { script: string[]; after_script: string[]; variables: Record<string, string> };
}
interface GitHub {
  readonly jobs: { deploy: { steps: { run?: string; env?: Record<string, string> }[] } };
}
interface Bamboo {
  readonly Production: { tasks: { script: { scripts: string[] } }[] };
}

const SYSTEMS: readonly System[] = [
  {
    name: 'GitLab',
    scripts: () => {
      const { script, after_script: after } = (parse(textOf('gitlab-ci.yml')) as GitLab).deploy;
      return { deploy: script.join('\n'), after: after.join('\n') };
    },
    shell: (file) => ['bash', '-e', '-o', 'pipefail', file],
    env: (build) => ({
      ...(parse(textOf('gitlab-ci.yml')) as GitLab).deploy.variables,
      ...{ CI: 'true', GITLAB_CI: 'true', CI_PROJECT_PATH: 'shop/storefront', CI_PIPELINE_IID: build },
      ...{ CI_PIPELINE_ID: `4${build}`, CI_JOB_ID: `9${build}`, CI_JOB_URL: `https://gitlab.example/-/jobs/9${build}` },
      TAG: `gitlab-${build}`,
    }),
    aborts: { whom: 'all', with: 'SIGTERM' },
    by: (build) => `gitlab shop/storefront#${build}`,
    link: (build) => `https://gitlab.example/-/jobs/9${build}`,
  },
  {
    name: 'GitHub Actions',
    scripts: () => {
      const [step] = (parse(textOf('github-workflow.yml')) as GitHub).jobs.deploy.steps;
      return { deploy: step?.run ?? '', after: null };
    },
    shell: (file) => ['bash', '-e', file],
    env: (build, folder) => ({
      ...{ CI: 'true', GITHUB_ACTIONS: 'true', GITHUB_REPOSITORY: 'shop/storefront', GITHUB_RUN_NUMBER: build },
      ...{ GITHUB_RUN_ID: `7${build}`, GITHUB_RUN_ATTEMPT: '1', GITHUB_JOB: 'deploy' },
      ...{ GITHUB_SERVER_URL: 'https://github.example', GITHUB_STEP_SUMMARY: join(folder, 'step_summary_7') },
      ...{ TAG: `github-${build}`, DROVER_ON_INTERRUPT: onInterruptOf() },
    }),
    aborts: { whom: 'shell', with: 'SIGINT' },
    by: (build) => `github shop/storefront#${build}`,
    link: (build) => `https://github.example/shop/storefront/actions/runs/7${build}`,
  },
  {
    name: 'Bamboo',
    scripts: () => {
      const [task] = (parse(textOf('bamboo.yml')) as Bamboo).Production.tasks;
      return { deploy: task?.script.scripts.join('\n') ?? '', after: null };
    },
    shell: (file) => ['sh', file],
    env: (build) => ({
      ...{ bamboo_deploy_project: 'Storefront', bamboo_deploy_environment: 'Production' },
      ...{ bamboo_deploy_release: `bamboo-${build}`, bamboo_resultsUrl: `https://bamboo.example/r/${build}` },
    }),
    aborts: { whom: 'all', with: 'SIGTERM' },
    by: (build) => `bamboo Storefront#bamboo-${build}`,
    link: (build) => `https://bamboo.example/r/${build}`,
  },
  {
    name: 'Jenkins',
    scripts: () => {
      const [deploy = '', after = ''] = [...textOf('Jenkinsfile').matchAll(/sh '''\n([\s\S]*?)'''/g)].map(
        ([, script]) => script ?? '',
      );
      return { deploy, after };
    },
    shell: (file) => ['sh', '-xe', file],
    env: (build) => ({
      ...{
        JENKINS_URL: 'https://jenkins.example/',
        JOB_NAME: 'storefront',
        BUILD_NUMBER: build,
        TAG: `jenkins-${build}`,
      },
      ...{ BUILD_TAG: `jenkins-storefront-${build}`, BUILD_URL: `https://jenkins.example/job/storefront/${build}/` },
      DROVER_ON_INTERRUPT: /DROVER_ON_INTERRUPT = '(\w+)'/.exec(textOf('Jenkinsfile'))?.[1] ?? 'not set',
    }),
    aborts: { whom: 'all', with: 'SIGTERM' },
    by: (build) => `jenkins storefront#${build}`,
    link: (build) => `https://jenkins.example/job/storefront/${build}/`,
  },
];

function onInterruptOf(): string {
  const [step] = (parse(textOf('github-workflow.yml')) as GitHub).jobs.deploy.steps;
  return step?.env?.['DROVER_ON_INTERRUPT'] ?? 'not set';
}

interface Job {
  readonly folder: string;
  readonly output: () => string;
  readonly abort: () => void;
  readonly ended: Promise<number | null>;
}

/** Runs a script as a job of a build does: a shell in a working directory, with the variables of the system and no others. */
function run(system: System, script: string, build: string, folder = mkdtempSync(join(stack.folder, 'job-'))): Job {
  const file = join(folder, 'script.sh');
  writeFileSync(file, script);
  const [shell = 'sh', ...args] = system.shell(file);
  const { address, namespace } = stack.temporal;
  const env = {
    ...{
      PATH: `${bin}:${process.env.PATH ?? ''}`,
      HOME: folder,
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: namespace,
    },
    ...system.env(build, folder),
  };
  const child = spawn(shell, args, { cwd: folder, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const { pid } = child;
  if (pid === undefined) throw new Error(`${shell} did not start`);
  const { whom, with: signal } = system.aborts;
  return {
    folder,
    output: () => output,
    // A process of its own group: nobody else is in it.
    abort: () => void process.kill(whom === 'all' ? -pid : pid, signal),
    ended: new Promise((resolve, reject) => child.once('error', reject).once('close', (code) => resolve(code))),
  };
}

const verdictOf = (folder: string): string | undefined =>
  parseXml(readFileSync(join(folder, 'drover.xml'), 'utf8')).children[0]?.children[0]?.children.find(
    ({ attributes }) => attributes['name'] === 'Verdict',
  )?.attributes['value'];

/** The newest deployment. */
async function newest(): Promise<{ by: string; why: string | null; image: string | undefined }> {
  const progress = await (await stack.client.get('prod', 'storefront', 'web'))?.progress();
  return {
    by: progress?.requestedBy ?? '',
    why: progress?.requestedWhy ?? null,
    image: progress?.images[0]?.to,
  };
}

// They deploy one service, one after the other.
describe.each(SYSTEMS)('the example for $name', (system) => {
  it('deploys: exit code 0, a line for each change, a summary, and who asked with a link to the build', async () => {
    const { deploy, after } = system.scripts();
    const job = run(system, deploy, '11');
    expect([await job.ended, job.output()]).toEqual([0, expect.stringMatching(/ verdict: succeeded: /)]);
    const lines = job
      .output()
      .split('\n')
      // Less the commands, which Jenkins' shell shows.
      .filter((line) => line.includes(' prod storefront/web ') && !line.startsWith('+ '));
    for (const line of lines)
      expect(line).toMatch(/^\d{4}-\d\d-\d\dT[\d:]+Z (INFO|WARNING|ERROR) prod storefront\/web /);
    expect(verdictOf(job.folder)).toBe('succeeded');
    const { by, why, image } = await newest();
    expect([by, why]).toEqual([system.by('11'), system.link('11')]);
    expect(image).toMatch(/^example\/web:\w+-11$/);
    const summary = join(job.folder, 'step_summary_7');
    if (system.name === 'GitHub Actions')
      expect(readFileSync(summary, 'utf8')).toMatch(/^### ✅ Drover: deployment prod/);
    if (after === null) return;
    const second = run(system, after, '11', job.folder);
    expect([await second.ended, existsSync(join(job.folder, 'drover.html'))]).toEqual([0, true]);
  });

  it('takes the deployment back where the job is aborted', async () => {
    const job = run(system, system.scripts().deploy, '12');
    // As it is known of the newest one, which the job has begun.
    const command = new Command(stack, 'web', 'prod');
    const found = async (): Promise<boolean> => (await newest()).by === system.by('12');
    const deadline = Date.now() + 90_000;
    while (!(await found()) || !job.output().includes(' verifying: ')) {
      if (Date.now() > deadline) throw new Error(`${command.service} does not get there: ${job.output()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    job.abort();
    await job.ended;
    expect(job.output()).toMatch(/ verdict: cancelled: /);
    expect(verdictOf(job.folder)).toBe('cancelled');
    expect((await stack.actions('web')).slice(-2)).toEqual(['upgrade', 'rollback']);
  });
});
