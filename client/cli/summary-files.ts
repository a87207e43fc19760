import { accessSync, appendFileSync, constants, existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { InvalidInputError } from '../errors/invalid-input-error';
import type { Environment } from '../input/ci-build';
import { shown, shownPlace } from '../input/shown';
import { clean } from '../render/clean';
import type { SummaryMaker } from '../summary/job-summary';
import { junitXml } from '../summary/junit-xml';
import { summaryMarkdown } from '../summary/markdown';
import { secretRedactor } from '../summary/redact-secrets';
import type { Io } from './command';
import type { OptionSpec, ParsedArguments } from './option-spec';
import { tellError } from './report-error';
import { requireWritablePath, writePage } from './write-page';

const WHERE = '--summary';
/** For all of a CI system's jobs at once: files, separated by commas. */
const VARIABLE = 'DROVER_SUMMARY';
/** GitHub's: the file of the step, without an ending; what is in it already stays. */
const OF_GITHUB = 'GITHUB_STEP_SUMMARY';

/** `--summary`. */
export const SUMMARY_OPTION: OptionSpec = {
  name: 'summary',
  kind: 'many',
  value: 'FILE',
  help: `write how it ended, for the CI system to show: JUnit XML where FILE ends with .xml, Markdown where it ends with .md or is $${OF_GITHUB} (then it is added to it); however it ends; may be repeated; default ${VARIABLE}, separated by commas`,
};

/** What a summary is called before more is known: what was written on the command line. */
export function titleOf(args: ParsedArguments, command: string): string {
  const words = [...(args.values.get('file') ?? []), ...args.positionals];
  return words.length === 0 ? command : words.map(shownPlace).join(' ');
}

interface SummaryFile {
  readonly path: string;
  readonly form: 'junit' | 'markdown';
  /** Whether it is added to what is there, once, at the end. */
  readonly isAdded: boolean;
}

/**
 * The files that a command line, or the variable, asks for; each checked.
 *
 * @throws InvalidInputError where one has no form, is named twice, or could not be written
 */
export function readSummaryFiles(args: ParsedArguments, env: Environment): readonly SummaryFile[] {
  const given = args.values.get('summary');
  const where = given === undefined ? VARIABLE : WHERE;
  const ofVariable = (env[VARIABLE] ?? '').split(',').map((one) => one.trim());
  const paths = given ?? ofVariable.filter((one) => one !== '');
  if (paths.length > 0 && args.flags.has('plan'))
    if (given === undefined) return [];
    else throw bad(where, 'a plan has no end to sum up', `leave out ${where} or --plan`);
  const files = paths.map((path) => fileOf(where, path, env));
  const twice = files.find(({ path }, at) => files.findIndex((one) => resolve(one.path) === resolve(path)) !== at);
  if (twice !== undefined) throw bad(where, `${shown(twice.path)} is named twice`, 'name it once');
  return files;
}

/**
 * Does a piece of work, and writes the summaries of it however it ends. They are written once before it begins, as of something that is
 * not over: so none can fail later that could not be written, and none of an earlier build is taken for this one's.
 *
 * @throws InvalidInputError where one cannot be written, before anything is begun
 */
export async function withSummaries(
  files: readonly SummaryFile[],
  maker: SummaryMaker,
  io: Pick<Io, 'env' | 'err'>,
  work: () => Promise<number>,
): Promise<number> {
  const redact = secretRedactor(io.env);
  const write = (file: SummaryFile): void => {
    const summary = maker.summary(Date.now());
    const text = file.form === 'junit' ? junitXml(summary, redact) : summaryMarkdown(summary, redact);
    if (file.isAdded) appendFileSync(file.path, text);
    else writePage(WHERE, file.path, text);
  };
  for (const file of files) if (!file.isAdded) write(file);
  try {
    return await work();
  } catch (error) {
    maker.failed(tellError(error));
    throw error;
  } finally {
    for (const file of files) {
      try {
        write(file);
      } catch (error) {
        // How it ended is said by the exit code, whatever became of the file.
        const why = clean(error instanceof Error ? error.message : String(error));
        io.err.write(`drover: warning: ${WHERE} ${clean(file.path)} could not be written: ${why}\n`);
      }
    }
  }
}

function fileOf(where: string, path: string, env: Environment): SummaryFile {
  const isAdded = path !== '' && path === env[OF_GITHUB];
  const ending = /\.(xml|md)$/i.exec(path)?.[1]?.toLowerCase();
  if (!isAdded && ending === undefined)
    throw bad(
      where,
      `${shown(path)} ends with neither .xml (JUnit) nor .md (Markdown)`,
      `write ${where} drover.xml or ${where} drover.md; or ${where} "$${OF_GITHUB}" in GitHub Actions`,
    );
  requireWritablePath(where, path);
  const asked = existsSync(path) && isAdded ? path : dirname(resolve(path));
  try {
    accessSync(asked, constants.W_OK);
  } catch {
    throw bad(where, `${shown(path)} cannot be written: no right to write to ${shown(asked)}`, 'name another file');
  }
  return { path, form: ending === 'xml' ? 'junit' : 'markdown', isAdded };
}

function bad(where: string, text: string, fix: string): InvalidInputError {
  return new InvalidInputError([{ where, text, fix }]);
}
