import { whyNewer, whyUnknown } from './message-version';
import { CONFIRM } from './policy';
import { WHEN_BUSY } from './lane';
import { MOST_PARALLEL, MOST_SERVICES, ON_FAILURE, type ReleaseRequest, type ReleaseService } from './release';
import { whyNoReleaseGates } from './release-gate';
import { orderProblemText, participantKey, releaseOrder } from './release-order';
import { isRecord, isWhole, whyNoAuthor, whyNoNames, whyNoRequest, type Fields } from './why-no-request';

/** All that a release may say, and since which version of the messages. */
export const RELEASE_FIELDS: Readonly<Record<keyof ReleaseRequest, number>> = {
  version: 1,
  requestId: 1,
  releaseId: 1,
  name: 1,
  onFailure: 1,
  parallelism: 1,
  whenBusy: 1,
  confirm: 1,
  confirmWithinMillis: 1,
  gates: 1,
  services: 1,
  author: 1,
};

/**
 * Why something is no release that a workflow can work on, or null when it is one. As {@link whyNoRequest}: whoever may reach the namespace
 * can start the workflow with any input.
 */
export function whyNoRelease(given: unknown): string | null {
  if (!isRecord(given)) return 'the input is no release: an object is expected, as the client of Drover sends it';
  const why =
    whyNewer(given) ??
    whyNoNames(given, ['requestId', 'releaseId']) ??
    whyNoAuthor(given) ??
    whyBadSettings(given) ??
    whyUnknown(given, RELEASE_FIELDS);
  if (why !== null) return why;
  const { services } = given;
  if (!Array.isArray(services) || services.length === 0 || services.length > MOST_SERVICES)
    return `"services" is no list of 1 to ${MOST_SERVICES}`;
  const list: readonly unknown[] = services;
  const bad = list.map((service) => whyNoService(service, given));
  const at = bad.findIndex((found) => found !== null);
  if (at >= 0) return `in "services[${at}]": ${bad[at] ?? ''}`;
  return whyNoOrder(list as readonly ReleaseService[]);
}

function whyBadSettings(given: Fields): string | null {
  const { name, onFailure, whenBusy, confirm } = given;
  if (name !== undefined && typeof name !== 'string') return '"name" is no text';
  if (!ON_FAILURE.some((known) => known === onFailure)) return `"onFailure" is not one of ${ON_FAILURE.join(', ')}`;
  if (!WHEN_BUSY.some((known) => known === whenBusy)) return `"whenBusy" is not one of ${WHEN_BUSY.join(', ')}`;
  if (!CONFIRM.some((known) => known === confirm)) return `"confirm" is not one of ${CONFIRM.join(', ')}`;
  if (!isWhole(given['parallelism'], 1, MOST_PARALLEL)) return `"parallelism" is not from 1 to ${MOST_PARALLEL}`;
  if (!isWhole(given['confirmWithinMillis'], 1)) return '"confirmWithinMillis" is no whole number from 1 on';
  return whyNoReleaseGates(given['gates']);
}

function whyNoService(service: unknown, { requestId, author }: Fields): string | null {
  if (!isRecord(service)) return 'it is no object';
  const { dependsOn, wave, ...asked } = service;
  const why = whyNoRequest({ ...asked, requestId, deploymentId: 'none yet', hold: true, author });
  if (why !== null) return why;
  if (!Array.isArray(dependsOn) || !dependsOn.every((key) => typeof key === 'string'))
    return '"dependsOn" is no list of texts';
  return wave === undefined || isWhole(wave, 1) ? null : '"wave" is no whole number from 1 on';
}

function whyNoOrder(services: readonly ReleaseService[]): string | null {
  const order = releaseOrder(services.map((service) => ({ ...service, key: participantKey(service) })));
  return order.ok ? null : order.problems.map(orderProblemText).join('; ');
}
