import type { ActivityOptions } from '@temporalio/workflow';
import { proxyActivities } from '@temporalio/workflow';
import type { NotifyActivities, RancherActivities } from '../activities/contract';
import type { DeploymentRequest } from '../decision/request';

/**
 * Of what a summary takes as JSON, bytes. Temporal refuses payloads of more than 400, and a codec's envelope with the longest id of a key
 * takes 217 of them.
 */
const SUMMARY_LIMIT = 180;
const MARK = '…';
/** Of a middle that is shortened so many letters stay at least. */
const LEAST_MIDDLE = 24;

const nameOf = ({ stack, service }: Pick<DeploymentRequest, 'stack' | 'service'>): string => `${stack}/${service}`;

type Summaries = {
  readonly [Name in keyof RancherActivities]: (input: Parameters<RancherActivities[Name]>[0]) => string;
};

/** What Temporal Web shows beside each activity: what it does, in people's words. */
const SUMMARIES: Summaries = {
  loadPolicy: ({ environment }) => `load the policy of ${environment}`,
  resolveTarget: ({ request }) => `find ${nameOf(request)} in ${request.environment}`,
  readService: ({ request, containers, burst }) =>
    `read ${nameOf(request)}${containers === 'always' ? ' and its containers' : ''}${burst === undefined ? '' : ', a few times: it is nearly done'}`,
  diagnose: ({ request }) => `find out what is wrong with ${nameOf(request)}`,
  checkGate: ({ gate }) => `check the gate ${gate.name}: ${gate.asks}`,
  checkReleaseGate: ({ gate }) => `ask the release's gate ${gate.name}: ${gate.asks}`,
  admitReleaseGate: ({ gate }) => `see whether the gate ${gate.name} may be asked from here; sends nothing`,
  prepareUpgrade: ({ request }) => `prepare the upgrade of ${nameOf(request)}; nothing is sent yet`,
  postUpgrade: ({ round, request }) => `send upgrade ${round.number}: ${imagesOf(request)}`,
  finishUpgrade: ({ round }) => `finish upgrade ${round.number}: the old containers go`,
  rollBackUpgrade: ({ round }) => `roll upgrade ${round.number} back`,
  settlePending: ({ action }) => `${action === 'rollback' ? 'roll back' : 'finish'} somebody else's pending upgrade`,
  deactivateService: ({ request }) => `deactivate ${nameOf(request)} again, as it was before`,
  planUpgrade: (request) => `plan an upgrade of ${nameOf(request)}; nothing is sent`,
  readStack: ({ environment, stack }) => `read what ${stack} runs in ${environment}`,
  copyService: ({ from, to, ...names }) => `make ${nameOf(names)} in ${to}, as it is in ${from}`,
  removeCopied: ({ environment, ...names }) =>
    `remove ${nameOf(names)} from ${environment}, where this release made it`,
  differences: ({ from, to, stack }) => `compare ${stack} in ${from} and in ${to}`,
  showConfig: ({ environment, stack }) => `read the configuration of ${stack} in ${environment}; its values stay there`,
  examine: ({ environment }) => `look whether all is well with ${environment}`,
  listPending: ({ environment }) => `look for pending upgrades in ${environment}`,
};

/** The activity that tells people, each call with its summary. */
export function summarisedDelivery(options: ActivityOptions): NotifyActivities {
  const { deliver } = proxyActivities<NotifyActivities>(options);
  return {
    deliver: (input) =>
      deliver.executeWithOptions({ ...options, summary: shortSummary(`tell ${input.target}: ${input.event.event}`) }, [
        input,
      ]),
  };
}

/** Activities under these options, each call with its summary. */
export function summarised(options: ActivityOptions): RancherActivities {
  const proxy = proxyActivities<RancherActivities>(options);
  const entries = Object.entries(SUMMARIES).map(([name, summarise]) => {
    const call = proxy[name as keyof RancherActivities];
    return [
      name,
      (input: never) =>
        call.executeWithOptions({ ...options, summary: shortSummary((summarise as (given: never) => string)(input)) }, [
          input,
        ]),
    ];
  });
  return Object.fromEntries(entries) as RancherActivities;
}

/** Within what Temporal takes; where something was cut off, it ends with "…". */
export function shortSummary(text: string): string {
  if (bytesOf(text) <= SUMMARY_LIMIT) return text;
  const letters = [...text];
  let length = Math.min(letters.length, SUMMARY_LIMIT);
  // One after the other: a letter may take one byte or six.
  do length -= 1;
  while (bytesOf(`${letters.slice(0, length).join('')}${MARK}`) > SUMMARY_LIMIT);
  return `${letters.slice(0, length).join('')}${MARK}`;
}

/** The same of a text that can spare the middle of `middle`; what is around it is cut only where that is not enough. */
export function shortSummaryAround(before: string, middle: string, after: string): string {
  const excess = bytesOf(`${before}${middle}${after}`) - SUMMARY_LIMIT;
  if (excess <= 0) return `${before}${middle}${after}`;
  const kept = Math.max(LEAST_MIDDLE, middle.length - excess - bytesOf(MARK));
  if (kept >= middle.length) return shortSummary(`${before}${middle}${after}`);
  const head = Math.ceil(kept / 2);
  return shortSummary(`${before}${middle.slice(0, head)}${MARK}${middle.slice(head - kept)}${after}`);
}

/** What a text takes as JSON, bytes. */
function bytesOf(text: string): number {
  let bytes = 0;
  for (const letter of JSON.stringify(text)) {
    const code = letter.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

function imagesOf({ image, sidekicks, redeploy }: DeploymentRequest): string {
  const images = [...(image === undefined ? [] : [image]), ...Object.values(sidekicks)];
  if (images.length > 0) return images.join(', ');
  return redeploy ? 'the image that it has' : 'its settings';
}
