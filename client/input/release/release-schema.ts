import { z } from 'zod';
import type { WhenBusy } from '../../../decision/lane';
import { CONFIRM, ON_PENDING } from '../../../decision/policy';
import { MOST_PARALLEL, ON_FAILURE } from '../../../decision/release';
import type { Problem } from '../../errors/invalid-input-error';
import { labelProblems, nameProblems, variableProblems } from '../check-names';
import { parseImageReference } from '../image-reference';
import { shown } from '../shown';
import {
  addWrong,
  choice,
  count,
  duration,
  fileVersion,
  flag,
  listOf,
  named,
  section,
  text,
  texts,
  type Wrong,
} from '../yaml/pieces';
import { releaseGatesSchema } from './gates-schema';
import { wrongEnvironment } from './wrong-environment';

// What `release.yaml` may hold. Names, images and references are judged as those of `drover upgrade` are.

/** To follow whatever runs, as one deployment can, is nothing that several could do as one. */
const WHEN_BUSY = ['reject', 'queue', 'supersede'] as const satisfies readonly WhenBusy[];
const LONGEST_NAME = 200;
const IMAGE = 'an image, such as example/web:2.4.1';

/** What is wrong with an image reference. */
export function wrongImage(reference: string): Wrong | undefined {
  const parsed = parseImageReference(reference);
  return parsed.ok ? undefined : { text: parsed.problem, fix: parsed.fix };
}

/** What is wrong with the name of a stack or of a service. */
export const wrongName =
  (what: 'stack' | 'service') =>
  (name: string): Wrong | undefined =>
    nameProblems(what, '', name)[0];

/** What is wrong with `STACK/SERVICE`. */
export function wrongService(path: string): Wrong | undefined {
  const [stack = '', service, ...more] = path.split('/');
  if (service === undefined || more.length > 0)
    return { text: `${shown(path)} names no service`, fix: 'write STACK/SERVICE, such as storefront/web' };
  return wrongName('stack')(stack) ?? wrongName('service')(service);
}

/** What is wrong with words that people read, such as a release's name. */
export function wrongWords(words: string): Wrong | undefined {
  if (words.length > LONGEST_NAME)
    return { text: `it has ${words.length} characters`, fix: `write at most ${LONGEST_NAME}` };
  if (/\p{Cc}/u.test(words)) return { text: 'it has control characters in it', fix: 'write it on one line' };
  return undefined;
}

/** The advice of the command line, as it is followed in a file. */
function inFile(problem: Problem | undefined): Wrong | undefined {
  if (problem === undefined) return undefined;
  const fix = problem.fix
    .replaceAll(/--variable (\w+)=(\w+)/g, 'variables: { $1: $2 }')
    .replaceAll(/--label (\w+)=(\w+)/g, 'labels: { $1: $2 }');
  return { text: problem.text, fix };
}

/** Of a name and a value, it is the name that is wrong where a value beyond doubt does not help. */
function pair(check: (pairs: Readonly<Record<string, string>>) => readonly Problem[]) {
  return (name: string, value: string): (Wrong & { atKey?: boolean }) | undefined => {
    const wrong = inFile(check({ [name]: value })[0]);
    return wrong === undefined ? undefined : { ...wrong, atKey: check({ [name]: 'x' }).length > 0 };
  };
}

const POLICY = {
  onPending: choice(ON_PENDING).optional(),
  batchSize: count(1, 10_000).optional(),
  batchInterval: duration('100ms', '1d').optional(),
  startFirst: flag().optional(),
  timeout: duration('1s', '30d').optional(),
  soak: duration('0s', '7d').optional(),
};

const SERVICE = {
  image: text(IMAGE, wrongImage).optional(),
  sidekicks: texts('sidekicks with their images, such as { logger: example/logger:3 }', (name, image) => {
    const wrong = nameProblems('sidekick', '', name)[0];
    return wrong === undefined ? wrongImage(image) : { ...wrong, atKey: true };
  }).optional(),
  variables: texts('variables by reference, such as { GREETING: greeting }', pair(variableProblems)).optional(),
  labels: texts('labels, such as { team: shop }', pair(labelProblems)).optional(),
  dependsOn: listOf(text('a service of this release, STACK/SERVICE')).optional(),
  wave: count(1, 1000).optional(),
  environment: text('the name of an environment', wrongEnvironment).optional(),
  redeploy: flag().optional(),
  policy: section(POLICY).optional(),
};

const service = z.preprocess(
  (given) => (typeof given === 'string' ? { image: given } : given),
  section(SERVICE).superRefine(({ image, sidekicks = {} }, context) => {
    if (image === undefined && Object.keys(sidekicks).length === 0)
      addWrong(context, {
        text: 'nothing to deploy: neither an image nor a sidekick is given',
        fix: 'add image: example/web:2.4.1, or sidekicks: { logger: example/logger:3 }',
      });
  }),
);

/** The whole file. */
export const releaseSchema = section({
  version: fileVersion().optional(),
  name: text('words for people', wrongWords).optional(),
  environment: text('the name of an environment', wrongEnvironment).optional(),
  onFailure: choice(ON_FAILURE).optional(),
  parallelism: count(1, MOST_PARALLEL).optional(),
  whenBusy: choice(WHEN_BUSY).optional(),
  confirm: choice(CONFIRM).optional(),
  confirmWithin: duration('1s', '90d').optional(),
  gates: releaseGatesSchema.optional(),
  services: named(service, wrongService),
});

/** The file's content, checked. */
export type ReleaseContent = z.output<typeof releaseSchema>;
/** One service of it. */
export type ServiceContent = ReleaseContent['services'][string];
