import { touchedVersions } from '../decision/round';
import type { DeploymentResult, Progress } from './contract';
import type { Deployment } from './deployment';
import { nextOf } from './details';
import type { Ended } from './endings';

/** What others see of a deployment, at any moment. */
export function progressOf(deployment: Deployment): Progress {
  const { request, log, service, person } = deployment;
  return {
    deploymentId: request.deploymentId,
    requestId: request.requestId,
    environment: request.environment,
    stack: request.stack,
    service: request.service,
    phase: log.phase,
    phaseSince: log.phaseSince,
    startedAt: log.startedAt,
    requestedBy: request.author.by,
    requestedWhy: request.author.why ?? null,
    round: deployment.roundsPosted,
    maxRounds: deployment.rounds?.limit ?? null,
    finishSent: deployment.finishSent,
    isAway: deployment.isAway,
    images: deployment.images,
    state: service?.state ?? null,
    message: service?.message ?? null,
    instances: deployment.containers.instances,
    instancesAt: deployment.containers.readAt,
    upgraded: deployment.round === null ? [] : touchedVersions(deployment.round),
    expected: service?.expected ?? null,
    rancherUrl: deployment.rancherUrl,
    events: log.events,
    eventCount: log.eventCount,
    next: nextOf(log.phase, deployment),
    waitsFor: deployment.waitsFor,
    attention: person?.reason ?? null,
    person,
    diagnosis: deployment.diagnosis,
    serviceLog: deployment.serviceLog,
    result: deployment.result,
  };
}

/** How it ended, with all that is worth keeping. */
export function resultOf(deployment: Deployment, ended: Ended, now: number): DeploymentResult {
  const { request, log } = deployment;
  const { verdict, reason, nextStep } = ended;
  return {
    ...{ verdict, reason, nextStep },
    tried: verdict === 'needs-attention' ? deployment.tries.list : [],
    deploymentId: request.deploymentId,
    requestId: request.requestId,
    environment: request.environment,
    stack: request.stack,
    service: request.service,
    serviceId: deployment.resolved?.target.serviceId ?? null,
    images: deployment.images,
    rounds: deployment.roundsPosted,
    state: deployment.service?.state ?? null,
    rancherUrl: deployment.rancherUrl,
    startedAt: log.startedAt,
    endedAt: now,
    timeline: log.timeline(now),
    diagnosis: verdict === 'succeeded' || verdict === 'unchanged' ? null : deployment.diagnosis,
    requestedBy: request.author.by,
    requestedWhy: request.author.why ?? null,
  };
}
