import { writeFileSync } from 'node:fs';
import { prepareTools } from '../support/prepare-tools';
import type { ChaosOptions } from './options';
import { OptionsError, readOptions, replayCommand, USAGE } from './options';
import { replay } from './replay';
import { run } from './run';
import type { DeploymentFigures } from './support/figures';
import { figuresText, Tally } from './support/figures';

const PROGRESS_MILLIS = 10_000;

async function main(): Promise<void> {
  const options = optionsOrExit(process.argv.slice(2));
  if (options === null) return;
  say(`chaos: seed ${options.seed}, fault rate ${options.faultRate}`);
  let soFar = (): string => 'nothing has ended';
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      say(`\nended by ${signal}; so far:\n${soFar()}\nseed ${options.seed}, fault rate ${options.faultRate}`);
      // What was started ends with this process.
      process.exit(130);
    });
  }
  await prepareTools(say);
  const tally = new Tally();
  soFar = () => figuresText(tally.figures());
  const failed = options.only === null ? await runAll(options, tally) : await replay(options, options.only, say);
  process.exit(failed === 0 ? 0 : 1);
}

async function runAll(options: ChaosOptions, tally: Tally): Promise<number> {
  const troubles: string[] = [];
  const began = performance.now();
  const elapsed = (): number => (performance.now() - began) / 1000;
  const progress = setInterval(() => {
    const rate = tally.count / elapsed();
    say(
      `${Math.round(elapsed())} s: ${tally.count} of ${options.deployments} ended, ${tally.failures.length} failed, ${rate.toFixed(1)} a second, ${megabytes()} MB`,
    );
  }, PROGRESS_MILLIS);
  await run(options, tally, {
    onSite: (first, count) =>
      say(`deployments ${first} to ${first + count - 1}: a new Rancher, Temporal server and worker`),
    onEnded: (figures) => {
      if (figures.violations.length > 0) say(failureText(options, figures));
    },
    onTrouble: (text) => {
      troubles.push(text);
      say(`FAILED as a whole: ${text}`);
    },
  });
  clearInterval(progress);
  const figures = tally.figures();
  const wall = elapsed();
  say('');
  say(figuresText(figures));
  say(
    `wall time              ${wall.toFixed(0)} s, ${(tally.count / wall).toFixed(1)} deployments a second, ${options.inFlight} in flight`,
  );
  if (tally.failures.length > 0) say('');
  for (const failure of tally.failures) say(failureText(options, failure));
  if (options.json !== null) {
    const { seed, faultRate, inFlight } = options;
    const all = { seed, faultRate, inFlight, wallSeconds: wall, ...figures, troubles, failures: tally.failures };
    writeFileSync(options.json, `${JSON.stringify(all, null, 2)}\n`);
  }
  const failed = tally.failures.length + troubles.length;
  say(`seed ${options.seed}, fault rate ${options.faultRate}`);
  say(`${tally.count - tally.failures.length} passed, ${failed} failed`);
  return failed;
}

function failureText(options: ChaosOptions, { index, kind, verdict, violations }: DeploymentFigures): string {
  return [
    `FAILED: deployment ${index} (${kind}, ${verdict}), seed ${options.seed}`,
    ...violations.map(
      ({ invariant, text }) => `  ${typeof invariant === 'number' ? 'invariant ' : ''}${invariant}: ${text}`,
    ),
    `  again: ${replayCommand(options, index)}`,
  ].join('\n');
}

function optionsOrExit(args: readonly string[]): ChaosOptions | null {
  try {
    const options = readOptions(args);
    if (options !== 'help') return options;
    say(USAGE);
    process.exitCode = 0;
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    process.stderr.write(`chaos: ${error.message}\n\n${USAGE}\n`);
    process.exitCode = 2;
  }
  return null;
}

function megabytes(): number {
  return Math.round(process.memoryUsage().rss / 1e6);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`chaos: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
