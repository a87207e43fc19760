/** One thing that is wrong with the configuration. */
export interface ConfigurationProblem {
  /** `drover.yaml:12:5`, or an environment variable's name, or undefined where no place can be named. */
  readonly where: string | undefined;
  /** What is wrong, what was expected, and the fix. Never a secret. */
  readonly message: string;
}

/** The configuration cannot be used; nothing was started. It tells every problem that was found, not just the first. */
export class ConfigurationError extends Error {
  override name = 'ConfigurationError' as const;

  constructor(readonly problems: readonly ConfigurationProblem[]) {
    super(
      problems.length === 1
        ? problems.map(lineOf).join('')
        : `The configuration has ${problems.length} problems:\n${problems.map((problem) => `  ${lineOf(problem)}`).join('\n')}`,
    );
  }
}

function lineOf(problem: ConfigurationProblem): string {
  return problem.where === undefined ? problem.message : `${problem.where}: ${problem.message}`;
}
