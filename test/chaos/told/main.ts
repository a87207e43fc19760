import { freshDist } from '../../support/fresh-dist';
import { prepareTools } from '../../support/prepare-tools';
import { readOptions, USAGE } from './options';
import type { ToldReport } from './run';
import { runTold } from './run';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    say(USAGE.trimEnd());
    return 0;
  }
  say(`chaos:told: seed ${options.seed}`);
  await Promise.all([prepareTools(say), freshDist()]);
  const report = await runTold(options, say);
  for (const line of linesOf(report)) say(line);
  for (const [what, found] of Object.entries(report.wrong)) for (const one of found) say(`FAILED: ${what}: ${one}`);
  const failed = Object.keys(report.wrong).length;
  say(`seed ${options.seed}`);
  say(`${report.deployments - Math.min(failed, report.deployments)} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

function linesOf({
  verdicts,
  kills,
  announced,
  deliveries,
  taken,
  distinct,
  auditLines,
  seconds,
}: ToldReport): string[] {
  return [
    `verdicts        ${Object.entries(verdicts)
      .map(([verdict, count]) => `${verdict} ${count}`)
      .join(', ')}`,
    `workers killed  ${kills}, with -9`,
    `events          ${announced} announced by the histories, ${distinct} at the webhook`,
    `deliveries      ${deliveries}, ${taken} of them taken: ${taken - distinct} duplicates`,
    `audit           ${auditLines} lines`,
    `wall time       ${seconds.toFixed(0)} s`,
  ];
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`chaos:told: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
