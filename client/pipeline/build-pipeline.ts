import { createHash } from 'node:crypto';
import type { PipelineRequest } from '../../decision/pipeline';
import { whyNeverApproved } from '../../decision/approval';
import { leastVersionOf } from '../../decision/message-version';
import type { Author } from '../../decision/request';
import { PIPELINE_FIELDS, STAGE_FIELDS } from '../../decision/why-no-pipeline';
import { InvalidInputError } from '../errors/invalid-input-error';
import { defaultAuthor } from '../input/build-request';
import { canonicalJson } from '../input/canonical-json';
import { requestIdProblems } from '../input/check-names';
import type { Environment } from '../input/ci-build';
import { ciBuildOf } from '../input/ci-build';
import { deploymentIdOf } from '../input/deployment-id';
import type { PipelineInput } from '../input/pipeline/pipeline-input';
import { newRequestId, requestIdOfBuild } from '../input/request-id';

/** How a pipeline is asked for, besides what it is of. */
export interface PipelineOptions {
  /** Default: from the CI build and its attempt, else made anew. */
  readonly requestId?: string;
  /** Default: the CI build, else user and host. */
  readonly author?: Author;
  /** The environment variables of each service are merged too, from where its image comes from. Default false. */
  readonly withSettings?: boolean;
  /** Only show what would change. Default false. */
  readonly planOnly?: boolean;
  /** What is missing in a target is created from its definition in the source. Default false. */
  readonly createMissing?: boolean;
  /** Passes over freezes, approvals and holds from the start: why. */
  readonly breakGlass?: string;
}

/** A pipeline that is ready to be sent. */
export interface BuiltPipeline {
  readonly request: PipelineRequest;
  /** SHA-256 of what is asked, less who asks and when. */
  readonly digest: string;
}

/** A pipeline has one id, and each release and deployment of it one that begins with it. */
const OWN_ID_LIMIT = 80;

/**
 * Makes the request of a pipeline, or of a promotion, which is one of a single stage.
 *
 * @throws InvalidInputError with everything that is wrong
 */
export function buildPipeline(
  input: PipelineInput,
  options: PipelineOptions,
  env: Environment,
  now: Date,
): BuiltPipeline {
  // A plan is asked for as often as anybody likes, and takes no id from what is asked for after it.
  const ofPlan = options.planOnly === true ? newRequestId(now) : undefined;
  const requestId = ofPlan ?? options.requestId ?? defaultId(input, env, now);
  const author = options.author ?? { by: defaultAuthor(env) };
  const problems = [...requestIdProblems(requestId)];
  if (requestId.length > OWN_ID_LIMIT)
    problems.push({
      where: '--request-id',
      text: `it has ${String(requestId.length)} characters, and a pipeline's may have ${String(OWN_ID_LIMIT)}: its releases' begin with it`,
      fix: 'give a shorter one',
    });
  for (const { name, approvals } of options.breakGlass === undefined ? input.stages : []) {
    const why = approvals === null ? null : whyNeverApproved(approvals, author.by);
    if (why !== null)
      problems.push({
        where: `stage ${name}: approvals`,
        text: why,
        fix: 'name more people, or let somebody else ask',
      });
  }
  if (problems.length > 0) throw new InvalidInputError(problems);
  const asked: PipelineRequest = {
    ...{ requestId, pipelineId: `p${deploymentIdOf(requestId, 'pipeline').slice(1)}` },
    ...{ name: input.name, stack: input.stack, services: input.services, stages: input.stages },
    ...(options.createMissing === true ? { createMissing: true } : {}),
    ...(options.withSettings === true ? { withSettings: true } : {}),
    ...(options.planOnly === true ? { planOnly: true } : {}),
    ...(options.breakGlass === undefined ? {} : { breakGlass: { by: author.by, why: options.breakGlass } }),
    author,
  };
  const versions = asked.stages.map((stage) => leastVersionOf(stage, STAGE_FIELDS));
  const request: PipelineRequest = { version: Math.max(leastVersionOf(asked, PIPELINE_FIELDS), ...versions), ...asked };
  return { request, digest: digestOf(request) };
}

function defaultId({ name, stack, stages }: PipelineInput, env: Environment, now: Date): string {
  const build = ciBuildOf(env);
  if (build === undefined) return newRequestId(now);
  // One build may make several: what they are of tells them apart.
  const of = createHash('sha256')
    .update(canonicalJson([name, stack, stages.map((stage) => stage.environments)]))
    .digest('hex')
    .slice(0, 8);
  const id = requestIdOfBuild(build, 'pipeline', of, '').replace(/\/$/, '');
  return id.length <= OWN_ID_LIMIT ? id : `${id.slice(0, OWN_ID_LIMIT - 9)}/${of}`;
}

function digestOf({
  version: _version,
  requestId: _id,
  pipelineId: _pipeline,
  author: _author,
  breakGlass: _glass,
  ...asked
}: PipelineRequest): string {
  return createHash('sha256').update(canonicalJson(asked)).digest('hex');
}
