import type { Problem } from '../errors/invalid-input-error';
import { ON_PENDING } from '../../decision/policy';
import { namesNothing } from '../../decision/request';
import { parseImageReference } from './image-reference';
import { labelProblems, nameProblems, requestIdProblems, variableProblems } from './check-names';
import { shown, shownPlace } from './shown';
import type { UpgradeInput } from './upgrade-input';

/** What the check found: all problems at once, and what is allowed but worth saying. */
export interface CheckedImages {
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
  readonly image: string | undefined;
  readonly sidekicks: Readonly<Record<string, string>>;
}

/** The shortest pause between batches that Rancher takes, milliseconds. */
const LEAST_INTERVAL = 100;
const DAY = 86_400_000;
/** All that a request merges, characters: it goes into every call of the history. */
const REQUEST_LIMIT = 65_536;

/** Everything about a request that can be judged without asking anybody. */
export function checkUpgrade(input: UpgradeInput): CheckedImages {
  const problems: Problem[] = [
    ...nameProblems('environment', 'ENVIRONMENT', input.environment),
    ...nameProblems('stack', 'STACK', input.stack),
    ...nameProblems('service', 'SERVICE', input.service),
    ...variableProblems(input.variables ?? {}),
    ...labelProblems(input.labels ?? {}),
    ...requestIdProblems(input.requestId),
    ...overrideProblems(input),
  ];
  const warnings: string[] = [];
  const read = (where: string, text: string): string => {
    const parsed = parseImageReference(text);
    if (!parsed.ok) {
      problems.push({ where, text: parsed.problem, fix: parsed.fix });
      return text;
    }
    if (parsed.warning !== null) warnings.push(parsed.warning);
    return parsed.reference;
  };
  const image = input.image === undefined ? undefined : read('--image', input.image);
  const sidekicks: Record<string, string> = {};
  for (const [name, reference] of Object.entries(input.sidekicks ?? {})) {
    problems.push(...nameProblems('sidekick', '--sidekick', name));
    sidekicks[name] = read(`--sidekick ${shownPlace(name)}`, reference);
  }
  if (namesNothing({ ...(image === undefined ? {} : { image }), sidekicks }) && input.redeploy !== true) {
    problems.push({
      where: '--image',
      text: 'nothing to deploy: neither an image nor a sidekick is given',
      fix: 'add --image example/web:2.4.1, or --sidekick NAME=IMAGE; or --redeploy for the image that it has',
    });
  }
  if (problems.length === 0 && JSON.stringify([sidekicks, input.variables, input.labels]).length > REQUEST_LIMIT) {
    problems.push({
      where: '--label, --sidekick and --variable',
      text: `together they are longer than ${String(REQUEST_LIMIT)} characters`,
      fix: 'give fewer, or shorter ones',
    });
  }
  return { problems, warnings, image, sidekicks };
}

function overrideProblems(input: UpgradeInput): Problem[] {
  const { onPending, batchSize, batchIntervalMillis, timeoutMillis, soakMillis } = input.overrides ?? {};
  const problems: Problem[] = [];
  const add = (where: string, text: string, fix: string): void => void problems.push({ where, text, fix });
  const policy: string | undefined = onPending;
  if (policy !== undefined && !ON_PENDING.some((known) => known === policy)) {
    add(
      '--on-pending',
      `${shown(policy)} is not one of ${ON_PENDING.join(', ')}`,
      `choose one of ${ON_PENDING.join(', ')}`,
    );
  }
  if (batchSize !== undefined && !(Number.isSafeInteger(batchSize) && batchSize >= 1)) {
    add(
      '--batch-size',
      'it must be a whole number, at least 1',
      'write how many containers are replaced at a time: --batch-size 2',
    );
  }
  if (batchIntervalMillis !== undefined && !(batchIntervalMillis >= LEAST_INTERVAL && batchIntervalMillis <= DAY)) {
    add('--batch-interval', 'it must be between 100ms and 1d', 'write --batch-interval 2s (a bare number is seconds)');
  }
  if (timeoutMillis !== undefined && !(timeoutMillis >= 1000 && timeoutMillis <= 30 * DAY)) {
    add('--timeout', 'it must be between 1s and 30d', 'write --timeout 30m (a bare number is seconds)');
  }
  if (soakMillis !== undefined && !(soakMillis >= 0 && soakMillis <= 7 * DAY)) {
    add('--soak', 'it must be between 0s and 7d', 'write --soak 2m');
  }
  return problems;
}
