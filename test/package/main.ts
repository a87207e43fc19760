import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitCodeOf } from '../../decision/verdict';
import { ROOT } from '../support/root';
import { installed } from './installed';
import type { Installed } from './installed';

// `npm run package`: what `npm pack` makes, installed into empty folders and used there, whole and as a client only.

interface Case {
  readonly title: string;
  readonly run: () => Promise<void> | void;
}

const RUNS = 5;
const folder = mkdtempSync(join(tmpdir(), 'drover-package-'));
const say = (line: string): void => void process.stdout.write(`${line}\n`);

function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** Starts the command `RUNS` times, and tells the median of the wall times. */
async function timed(what: string, run: () => Promise<number | null>, wanted: number): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i < RUNS; i += 1) {
    const since = performance.now();
    const code = await run();
    times.push(performance.now() - since);
    expect(code === wanted, `${what} ended with ${String(code)}`);
  }
  times.sort((a, b) => a - b);
  const [least, median, most] = [times[0], times[(RUNS - 1) / 2], times[RUNS - 1]].map((ms) => Math.round(ms ?? 0));
  say(`  ${what}: median ${String(median)} ms of ${String(RUNS)} runs (${String(least)} to ${String(most)})`);
}

/** What a program that imports the package looks like to the compiler, and when it runs. */
function writeConsumer(where: Installed): void {
  writeFileSync(
    join(where.folder, 'consumer.ts'),
    [
      "import { DroverClient, exitCodeOf, UnreachableError } from 'drover';",
      "import type { DeploymentHandle, Outcome, UpgradeInput } from 'drover';",
      "const input: UpgradeInput = { environment: 'dev', stack: 'storefront', service: 'web', image: 'example/web:1.1' };",
      'export async function deploy(): Promise<number> {',
      '  const drover = await DroverClient.connect();',
      '  try {',
      '    const deployment: DeploymentHandle = await drover.upgrade(input);',
      '    const outcome: Outcome = await deployment.result();',
      '    return exitCodeOf(outcome.verdict);',
      '  } catch (error) {',
      '    if (error instanceof UnreachableError) return exitCodeOf(error.verdict);',
      '    throw error;',
      '  } finally {',
      '    await drover.close();',
      '  }',
      '}',
      '',
    ].join('\n'),
  );
  // As strict as a consumer can be: nothing of ours may need `skipLibCheck` for our own types.
  const compilerOptions = {
    strict: true,
    module: 'nodenext',
    target: 'es2022',
    noEmit: true,
    types: [],
    skipLibCheck: true,
  };
  writeFileSync(join(where.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }));
  writeFileSync(
    join(where.folder, 'both.mjs'),
    [
      "import { createRequire } from 'node:module';",
      "import * as imported from 'drover';",
      "const required = createRequire(import.meta.url)('drover');",
      "if (imported.DroverClient !== required.DroverClient) throw new Error('import and require differ');",
      "let refused = '';",
      "try { createRequire(import.meta.url)('drover/dist/worker/run-worker.js'); } catch (error) { refused = error.code; }",
      "if (refused !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') throw new Error(`inner files are open: ${refused}`);",
      '',
    ].join('\n'),
  );
  // Told at the end of a process: which native parts it has loaded.
  writeFileSync(
    join(where.folder, 'natives.cjs'),
    "process.on('exit', () => process.stderr.write(`natives: ${Object.keys(require.cache).filter((file) => /\\.node$|core-bridge|@temporalio.worker/.test(file)).length}\\n`));\n",
  );
}

function casesOf(whole: Installed, client: Installed, tarball: string): readonly Case[] {
  return [
    {
      title: 'the package has the program, its documentation and its examples, and nothing that only developers need',
      run: () => {
        const files = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n');
        const unwanted = files.filter(
          (file) =>
            /^package\/(?:test|dist-suites|\.ci)\//.test(file) ||
            /\.map$|(?<!\.d)\.ts$|tsconfig|eslint|jest/.test(file),
        );
        expect(unwanted.length === 0, `it holds ${unwanted.slice(0, 5).join(', ')}`);
        for (const wanted of [
          'README.md',
          'LICENSE',
          'docs/releases.md',
          'examples/release.yaml',
          'dist/workflow-bundle.js',
        ])
          expect(files.includes(`package/${wanted}`), `${wanted} is missing`);
        say(`  ${String(files.length)} files, ${megabytes(statSync(tarball).size)} packed`);
      },
    },
    {
      title: 'installed sizes: the whole, and a client alone',
      run: () => {
        say(`  whole ${megabytes(whole.bytes())}, client alone ${megabytes(client.bytes())}`);
        expect(whole.has('@temporalio/core-bridge'), "the whole installation lacks the worker's native part");
        for (const name of ['@temporalio/core-bridge', '@temporalio/worker', '@temporalio/testing', '@swc/core'])
          expect(!client.has(name), `the client's installation has ${name}`);
        for (const name of ['jest', 'eslint', 'typescript'])
          expect(!whole.has(name), `the whole installation has ${name}`);
      },
    },
    {
      title: '`drover demo` from the whole installation',
      run: async () => {
        const { code, stdout, stderr } = await whole.drover(['demo']).ended;
        expect(code === 0, `it ended with ${String(code)}:\n${stdout}\n${stderr}`);
      },
    },
    {
      title: 'the library: imported, required, typed; inner files are closed',
      run: async () => {
        for (const where of [whole, client]) {
          writeConsumer(where);
          const { code, stderr } = await where.node(['both.mjs']).ended;
          expect(code === 0, stderr);
        }
        // The compiler is the project's own; what it reads is the installed package.
        const tsc = join(ROOT, 'node_modules/typescript/bin/tsc6');
        const { code, stdout } = await client.node([tsc, '-p', 'tsconfig.json']).ended;
        expect(code === 0, stdout);
      },
    },
    {
      title: 'a client alone says that it cannot be a worker, and how it can',
      run: async () => {
        for (const command of [['worker'], ['demo'], ['dev', '--simulator']]) {
          const { code, stderr } = await client.drover(command).ended;
          const told = `drover ${command.join(' ')} ended with ${String(code)}: ${stderr}`;
          expect(code === 2, told);
          expect(stderr.includes('this installation has only the client'), told);
          expect(stderr.includes('--omit=optional'), told);
        }
      },
    },
    {
      title: 'a client alone deploys, by a worker that runs elsewhere; no native part is loaded',
      run: async () => {
        const [port, uiPort] = [await freePort(), await freePort()];
        const dev = whole.drover(['dev', '--simulator', '--port', String(port), '--ui-port', String(uiPort)]);
        try {
          await dev.saysOnStdout(/ready/, 300_000);
          const at = ['--address', `127.0.0.1:${String(port)}`];
          const upgrade = ['upgrade', 'dev', 'storefront/web', '--image', 'example/web:1.1', ...at];
          const first = await client.drover(upgrade).ended;
          expect(first.code === 0, `${first.stdout}\n${first.stderr}`);
          for (const where of [whole, client]) {
            writeConsumer(where);
            const { code, stderr } = await where.drover(['list', ...at], ['--require', './natives.cjs']).ended;
            expect(code === 0 && /^natives: 0$/m.test(stderr), `it ended with ${String(code)}: ${stderr}`);
          }
          await timed('drover --help', async () => (await client.drover(['--help']).ended).code, 0);
          await timed(
            'drover status',
            async () => (await client.drover(['status', 'dev', 'storefront/web', ...at]).ended).code,
            0,
          );
          let build = 1;
          await timed(
            'drover upgrade --detach',
            async () => {
              build += 1;
              const again = ['upgrade', 'prod', 'storefront/web', '--image', `example/web:1.${String(build)}`, ...at];
              return (await client.drover([...again, '--detach', '--when-busy', 'supersede']).ended).code;
            },
            exitCodeOf('detached'),
          );
        } finally {
          await dev.stop();
        }
      },
    },
  ];
}

async function main(): Promise<number> {
  let [passed, failed] = [0, 0];
  try {
    execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [name] = readdirSync(folder).filter((file) => file.endsWith('.tgz'));
    if (name === undefined) throw new Error('npm pack made nothing');
    const tarball = join(folder, name);
    const [whole, client] = ['whole', 'client'].map((what) => {
      mkdirSync(join(folder, what));
      return installed(join(folder, what), tarball, what === 'client' ? ['--omit=optional'] : []);
    });
    if (whole === undefined || client === undefined) throw new Error('unreachable');
    for (const { title, run } of casesOf(whole, client, tarball)) {
      say(title);
      try {
        await run();
        passed += 1;
      } catch (error) {
        failed += 1;
        say(`  WRONG: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  } catch (error) {
    failed += 1;
    say(`WRONG: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  say(`${String(passed)} passed, ${String(failed)} failed`);
  return failed > 0 ? 1 : 0;
}

void main().then((code) => process.exit(code));
