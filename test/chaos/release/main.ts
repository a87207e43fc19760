import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshDist } from '../../support/fresh-dist';
import { prepareTools } from '../../support/prepare-tools';
import { OptionsError, readOptions, USAGE } from './options';
import { lineOf, reportOf } from './report';
import { runSuite } from './suite';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    say(USAGE.trimEnd());
    return 0;
  }
  say(`chaos:release: seed ${options.seed}`);
  await Promise.all([prepareTools(say), freshDist()]);
  const folder = mkdtempSync(join(tmpdir(), 'drover-release-'));
  // Everything that was started ends with this process.
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)
    process.once(signal, () => {
      say(`${signal}: everything that was started is ended; what it wrote is in ${folder}. seed ${options.seed}`);
      process.exit(code);
    });
  const indexes = options.only ?? Array.from({ length: options.releases }, (_, index) => index);
  const startedAt = Date.now();
  const results = await runSuite(options.seed, indexes, options.atOnce, folder, (result) => say(lineOf(result)));
  const { lines, failed } = reportOf(options, results, (Date.now() - startedAt) / 1000);
  for (const line of lines) say(line);
  if (failed === 0) rmSync(folder, { recursive: true, force: true });
  return failed === 0 ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    if (error instanceof OptionsError) {
      process.stderr.write(`chaos:release: ${error.message}\n\n${USAGE}`);
      process.exit(2);
    }
    process.stderr.write(`chaos:release: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
