import type { FollowedDeployment } from '../../../client/follow/follow-event';
import type { DeploymentResult, Progress } from '../../../workflows/contract';
import type { DeploymentSummary } from '../../../client/deployment-summary';

export const START = Date.parse('2026-11-23T19:00:00.250Z');

export const deployment: FollowedDeployment = {
  environment: 'prod',
  stack: 'storefront',
  service: 'web',
  requestId: 'r1',
  deploymentId: 'd0123456789ab',
  workflowId: 'deploy/prod/storefront/web',
  runId: 'run-1',
  how: 'started',
  requestedBy: 'jane@host',
  startedAt: START,
  link: 'http://127.0.0.1:8233/namespaces/default/workflows/deploy%2Fprod%2Fstorefront%2Fweb/run-1',
};

export function progress(change: Partial<Progress> = {}): Progress {
  return {
    deploymentId: deployment.deploymentId,
    requestId: 'r1',
    environment: 'prod',
    stack: 'storefront',
    service: 'web',
    phase: 'waiting',
    phaseSince: START + 1000,
    startedAt: START,
    requestedBy: 'jane@host',
    requestedWhy: null,
    round: 1,
    maxRounds: 3,
    finishSent: false,
    isAway: false,
    images: [{ config: 'primary', from: 'example/web:1', to: 'example/web:2' }],
    state: 'upgrading',
    message: null,
    instances: [],
    instancesAt: null,
    upgraded: [],
    expected: 3,
    rancherUrl: null,
    events: [],
    eventCount: 0,
    next: 'the new containers come up',
    waitsFor: [],
    attention: null,
    person: null,
    diagnosis: null,
    serviceLog: [],
    result: null,
    ...change,
  };
}

export function result(change: Partial<DeploymentResult> = {}): DeploymentResult {
  return {
    verdict: 'succeeded',
    reason: 'Three containers run example/web:2.',
    nextStep: '',
    tried: [],
    deploymentId: deployment.deploymentId,
    requestId: 'r1',
    environment: 'prod',
    stack: 'storefront',
    service: 'web',
    serviceId: '1s7',
    images: [{ config: 'primary', from: 'example/web:1', to: 'example/web:2' }],
    rounds: 1,
    state: 'active',
    rancherUrl: 'http://rancher/env/1a5/apps/stacks/1st2/services/1s7',
    startedAt: START,
    endedAt: START + 13_000,
    timeline: [
      { phase: 'resolving', from: START, to: START + 300 },
      { phase: 'waiting', from: START + 300, to: START + 12_300 },
      { phase: 'finishing', from: START + 12_300, to: START + 13_000 },
    ],
    diagnosis: null,
    requestedBy: 'jane@host',
    requestedWhy: null,
    ...change,
  };
}

export function summary(change: Partial<DeploymentSummary> = {}): DeploymentSummary {
  return {
    environment: 'prod',
    stack: 'storefront',
    service: 'web',
    workflowId: 'deploy/prod/storefront/web',
    runId: 'run-1',
    requestId: 'r1',
    deploymentId: 'd0123456789ab',
    requestDigest: 'digest-1',
    image: 'example/web:2',
    requestedBy: 'jane@host',
    run: 'running',
    phase: 'waiting',
    verdict: null,
    startedAt: START,
    endedAt: null,
    attention: null,
    link: null,
    ...change,
  };
}
