/** One thing that is wrong with the configuration. */
export interface ConfigurationProblem {
  /** `drover.yaml:12:5`, or an environment variable's name, or undefined where no place can be named. */
  readonly where: string | undefined;
  /** What is wrong, what was expected, and the fix. Never a secret. */
  readonly message: string;
}

/** Nobody mends more at a time; a file that is no configuration at all may have any number. */
const MOST_TOLD = 50;
const LINE_LIMIT = 1_000;

/** The configuration cannot be used; nothing was started. It tells every problem that was found (of very many the first), not just one. */
export class ConfigurationError extends Error {
  override name = 'ConfigurationError' as const;

  /** At most fifty. */
  readonly problems: readonly ConfigurationProblem[];

  constructor(problems: readonly ConfigurationProblem[]) {
    const told = problems.slice(0, MOST_TOLD);
    const more = problems.length - told.length;
    const lines = [...told.map(lineOf), ...(more > 0 ? [`… and ${more} more`] : [])];
    super(
      problems.length === 1
        ? lines.join('')
        : `The configuration has ${problems.length} problems:\n${lines.map((line) => `  ${line}`).join('\n')}`,
    );
    this.problems = told;
  }
}

function lineOf({ where, message }: ConfigurationProblem): string {
  const line = where === undefined ? message : `${where}: ${message}`;
  const bounded = line.length > LINE_LIMIT ? `${line.slice(0, LINE_LIMIT)}…` : line;
  // Keys and names from a file come with whatever it holds: no control over a terminal goes with them.
  return bounded.replaceAll(/[\p{Cf}\p{Cs}]|(?!\n)\p{Cc}/gu, '\ufffd');
}
