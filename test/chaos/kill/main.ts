import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshDist } from '../../support/fresh-dist';
import { prepareTools } from '../../support/prepare-tools';
import { serverOfItsOwn } from '../../support/stack-temporal';
import { findFaketime } from './fake-clock';
import { playFrozenScenes } from './frozen-scenes';
import type { SuiteOptions } from './options';
import { OptionsError, readOptions, replayCommand, USAGE } from './options';
import { figuresOf, reportOf, sceneLine } from './report';
import { runSuite } from './suite';

const PROGRESS_MILLIS = 15_000;
const SCENES_AT_ONCE = 4;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2), () => randomBytes(4).toString('hex'));
  if (options.help) {
    say(USAGE.trimEnd());
    return 0;
  }
  say(`seed: ${options.seed}   (again: ${replayCommand(options)})`);
  const folder = mkdtempSync(join(tmpdir(), 'drover-kill-'));
  // Everything that was started ends with this process.
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)
    process.once(signal, () => {
      say(`${signal}: everything that was started is ended; what it wrote is in ${folder}. seed: ${options.seed}`);
      process.exit(code);
    });
  const failed = await run(options, folder);
  if (failed === 0) rmSync(folder, { recursive: true, force: true });
  return failed === 0 ? 0 : 1;
}

/** @returns how many failed */
async function run(options: SuiteOptions, folder: string): Promise<number> {
  await Promise.all([prepareTools(say), freshDist()]);
  const faketime = options.withoutFaketime ? null : await findFaketime(folder, say);
  const indexes = options.only ?? Array.from({ length: options.deployments }, (_, index) => index);
  const startedAt = Date.now();
  const seconds = (): number => (Date.now() - startedAt) / 1000;
  let [ended, wrong] = [0, 0];
  const progress = setInterval(() => {
    say(`${seconds().toFixed(0)} s: ${ended} of ${indexes.length} deployments ended, ${wrong} failed`);
  }, PROGRESS_MILLIS);
  try {
    const [suite, scenes] = await Promise.all([
      runSuite({
        ...{
          seed: options.seed,
          indexes,
          replacesMissed: options.only === null,
          stacks: options.stacks,
          atOnce: options.atOnce,
          folder,
          faketime,
        },
        startTemporal: serverOfItsOwn,
        onEnd: (result) => {
          if (result.missed) return say(`deployment ${result.index} met nothing: another one is made in its place`);
          ended += 1;
          if (result.wrong.length === 0) return;
          wrong += 1;
          say(
            `deployment ${result.index} (${result.kind}) failed: ${result.wrong[0] ?? ''}; logs: ${result.logs ?? ''}`,
          );
        },
      }),
      options.only === null
        ? playFrozenScenes(folder, SCENES_AT_ONCE, (played) => say(sceneLine(played).trim()))
        : Promise.resolve([]),
    ]);
    const done = { options, suite, scenes, seconds: seconds() };
    if (options.json !== null) writeFileSync(options.json, `${JSON.stringify(figuresOf(done), null, 2)}\n`);
    const { lines, failed } = reportOf(done);
    for (const line of lines) say(line);
    return failed;
  } finally {
    clearInterval(progress);
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    if (error instanceof OptionsError) {
      process.stderr.write(`chaos:kill: ${error.message}\n\n${USAGE}`);
      process.exit(2);
    }
    process.stderr.write(`chaos:kill: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
