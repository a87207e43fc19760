import { join } from 'node:path';
import { prepareTools } from '../test/support/prepare-tools';
import { ROOT } from '../test/support/root';
import { isMet } from './figures';
import { commitHere, thisMachine, versionsHere } from './machine';
import type { BenchOptions } from './options';
import { OptionsError, readOptions, USAGE } from './options';
import { keepSection } from './performance-file';
import { figuresText } from './print';
import type { SectionName } from './sections';
import { SECTION_NAMES, SECTIONS } from './sections';

const PERFORMANCE_JSON = join(ROOT, 'docs', 'performance.json');

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const options = optionsOrExit(args);
  if (options === null) return;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      say(`\nended by ${signal}`);
      // What was started ends with this process.
      process.exit(130);
    });
  }
  await prepareTools(say);
  const command = ['npm run bench', ...(args.length === 0 ? [] : ['--', ...args])].join(' ');
  // What is measured is what was built, whatever is committed meanwhile.
  const commit = commitHere();
  let [passed, failed] = [0, 0];
  for (const name of options.only) {
    const count = await measure(name, options, { command, commit });
    passed += count.met;
    failed += count.missed;
  }
  say(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}

/** Runs a section, prints its figures and keeps them; one that breaks counts as a target that was missed. */
async function measure(
  name: SectionName,
  { runs, quick, most, least, before, json }: BenchOptions,
  ran: { readonly command: string; readonly commit: string },
): Promise<{ met: number; missed: number }> {
  const section = await SECTIONS[name]();
  say(`\n=== ${section.title} (${name})`);
  const began = performance.now();
  try {
    const { versions = {}, ...figures } = await section.run({
      ...{ runs, quick, say },
      ...(most === null ? {} : { most }),
      ...(least === null ? {} : { least }),
    });
    const seconds = Math.round((performance.now() - began) / 1000);
    for (const line of figuresText(figures)) say(line);
    say(`(${seconds} s)`);
    if (json !== null) {
      const measured = {
        ...{ at: new Date().toISOString(), ...ran, seconds },
        ...{ machine: thisMachine(), versions: { ...versionsHere(), ...versions }, figures },
      };
      keepSection(json, SECTION_NAMES, section, measured, before ? 'before' : 'now');
    }
    const met = figures.targets.filter(isMet).length;
    return { met, missed: figures.targets.length - met };
  } catch (error) {
    say(`FAILED: ${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return { met: 0, missed: 1 };
  }
}

function optionsOrExit(args: readonly string[]): BenchOptions | null {
  try {
    const options = readOptions(args, PERFORMANCE_JSON);
    if (options !== 'help') return options;
    say(USAGE);
    process.exitCode = 0;
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    process.stderr.write(`bench: ${error.message}\n\n${USAGE}\n`);
    process.exitCode = 2;
  }
  return null;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
