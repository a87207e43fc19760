import { exitCodeOf } from '../../decision/verdict';
import type { Io } from '../cli/command';
import { packageVersion } from '../cli/package-version';
import { reportError } from '../cli/report-error';
import { runCommandLine } from '../cli/run-command-line';
import { readSummaryFiles, withSummaries } from '../cli/summary-files';
import { InvalidInputError } from '../errors/invalid-input-error';
import { clean } from '../render/clean';
import { wrap } from '../render/wrap';
import { SummaryOfDeployment } from '../summary/summary-of-deployment';
import { DIALECT_NAMES, optionOf } from './dialect-options';
import { readDialect } from './read-dialect';
import type { DialectArguments } from './read-dialect';
import { translate } from './translate';

const NAME = 'drover-gitlab-deploy';
const WIDTH = 100;

/**
 * Takes the command line and the variables of `rancher-gitlab-deploy`, and does the same through Drover. Exit codes are Drover's; but 0
 * where it was not to be waited for, and was started.
 */
export async function runDialect(argv: readonly string[], io: Io): Promise<number> {
  try {
    const understood = await understand(argv, io);
    if ('toTell' in understood) {
      io.out.write(understood.toTell);
      return 0;
    }
    const { args, translated, notes } = understood;
    for (const note of notes) io.err.write(`${NAME}: ${clean(note)}\n`);
    if (args.switches.get('debug') === true)
      io.err.write(`${NAME}: this comes to: drover ${translated.map(quoted).join(' ')}\n`);
    const code = await runCommandLine(translated, io);
    if (code === exitCodeOf('refused') && args.switches.get('create') === true)
      io.err.write(
        `${NAME}: --create: where it says that there is no such stack or service: Drover makes none in an upgrade. Make it once in Rancher, or with "drover promote --create-missing"\n`,
      );
    const isAsAsked = code === exitCodeOf('detached') && translated.includes('--detach') && !io.signal.aborted;
    return isAsAsked ? 0 : code;
  } catch (error) {
    return reportError(error, false, io);
  }
}

/**
 * What a command line comes to; or what it asks to be told: the help, the version.
 *
 * @throws InvalidInputError as the parser and the translation; summaries tell of it too
 */
async function understand(
  argv: readonly string[],
  io: Io,
): Promise<
  | { readonly args: DialectArguments; readonly translated: readonly string[]; readonly notes: readonly string[] }
  | { readonly toTell: string }
> {
  try {
    const args = readDialect(argv, io.env);
    if (args.help) return { toTell: dialectHelp() };
    if (args.version) return { toTell: `${NAME} (drover ${packageVersion()})\n` };
    const { argv: translated, notes } = translate(args, io.env);
    return { args, translated, notes };
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    const files = readSummaryFiles({ positionals: [], flags: new Set(), values: new Map() }, io.env);
    const service = `${io.env['CI_PROJECT_NAMESPACE'] ?? ''}/${io.env['CI_PROJECT_NAME'] ?? ''}`;
    const told = new SummaryOfDeployment(service === '/' ? NAME : service, Date.now());
    await withSummaries(files, told, io, () => Promise.reject(error));
    throw error;
  }
}

/** A word of a command line as a shell takes it. */
function quoted(word: string): string {
  return /^[\w./:@=,+-]+$/.test(word) ? word : `'${clean(word).replaceAll("'", String.raw`'\''`)}'`;
}

function dialectHelp(): string {
  return [
    `Usage: ${NAME} [options of rancher-gitlab-deploy]`,
    '',
    'Takes the command line and the variables of rancher-gitlab-deploy 1.7, and does the same through Drover: durably, once, and with a',
    "verdict that is proven. Rancher's keys are with the worker; this command needs TEMPORAL_ADDRESS instead. Of Drover it takes",
    'DROVER_GITLAB_ENVIRONMENTS, DROVER_ON_INTERRUPT and DROVER_SUMMARY. Exit codes: see "drover upgrade --help". --version prints the',
    'version.',
    '',
    'Options:',
    ...DIALECT_NAMES.flatMap((name) => {
      const { takes, variable, treatment, does, no } = optionOf(name);
      const value = { one: ' VALUE', many: ' VALUE …', pairs: ' NAME VALUE …', switch: '' }[takes];
      return [
        `  --${name}${takes === 'switch' ? `, --no-${name}` : value}${variable === undefined ? '' : ` (${variable})`}: ${treatment}`,
        ...indented(does),
        ...(no === undefined ? [] : [`    --no-${name}: ${no.treatment}`, ...indented(no.does)]),
      ];
    }),
    '',
  ].join('\n');
}

function indented(text: string): string[] {
  return wrap(text.replaceAll('`', ''), WIDTH - 6).map((line) => `      ${line}`);
}
