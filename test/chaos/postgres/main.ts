import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { findServer, TEMPORAL_SERVER_VERSION } from '../../support/production/find-server';
import { preparePostgres } from '../../support/production/prepare-postgres';
import { OptionsError, readOptions, replayCommand, USAGE } from './options';
import type { SuiteOptions } from './options';
import { killLines, reportLines, tally } from './report';
import { Suite } from './suite';

const BAD_OPTIONS = 2;
const INTERRUPTED = 130;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function main(): Promise<number> {
  let options: SuiteOptions;
  try {
    options = readOptions(process.argv.slice(2), () => randomBytes(4).toString('hex'));
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    process.stderr.write(`${error.message}\n\n${USAGE}`);
    return BAD_OPTIONS;
  }
  if (options.help) {
    say(USAGE);
    return 0;
  }
  say(`seed ${options.seed}: ${options.deployments} deployments, ${options.faultRate * 100} % of the requests fail`);
  say(`again: ${replayCommand(options)}`);
  const suite = new Suite(options, say, (record) => killLines(record).forEach(say));
  endInOrder(suite);
  let failed = 1;
  let passed = 0;
  try {
    const tools = { binaries: await findServer(process.env, say), postgres: await preparePostgres(process.env, say) };
    const report = await suite.run(tools);
    for (const line of reportLines(report)) say(line);
    ({ passed, failed } = tally(report));
    if (options.json !== null) {
      const kept = report.kept.map(({ history, ...one }) => ({ ...one, events: history.length }));
      const { postgres } = tools;
      const figures = { ...options, temporal: TEMPORAL_SERVER_VERSION, postgres: postgres.version, passed, failed };
      writeFileSync(options.json, `${JSON.stringify({ ...figures, ...report, kept }, null, 2)}\n`);
    }
  } catch (error) {
    say(`WRONG: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  } finally {
    await suite.close(failed > 0);
  }
  if (failed > 0) say(`logs and evidence: ${suite.folder}`);
  say(`seed ${options.seed}; again: ${replayCommand(options)}`);
  say(`${passed} passed, ${failed} failed`);
  return failed > 0 ? 1 : 0;
}

/** Ctrl-C, or the end of a CI job: everything that was started ends with us. A second signal does not wait for it. */
function endInOrder(suite: Suite): void {
  const end = (): void => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(INTERRUPTED));
    say('interrupted: ending what was started');
    void suite.close(false).finally(() => process.exit(INTERRUPTED));
  };
  let ending = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      if (!ending) end();
      ending = true;
    });
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
