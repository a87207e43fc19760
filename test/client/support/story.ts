import type { Diagnosis } from '../../../decision/diagnosis';
import type { DeploymentStory } from '../../../client/deployment-story';
import { recordOf } from '../../../client/history/deployment-record';
import { logbookOf } from '../../../client/history/logbook';
import { timelineOf } from '../../../client/history/timeline-of';
import type { RecordedEvent } from '../../../client/history/recorded-event';
import type { Outcome } from '../../../client/outcome';
import type { Progress } from '../../../workflows/contract';
import { answered, ended, given, history, phase, scheduled, signal, started } from './recorded';
import { deployment, result, START } from './samples';

export const DIAGNOSIS: Diagnosis = {
  at: START + 5000,
  state: 'upgrading',
  message: 'wait for containers to start',
  containers: [
    {
      ...{ name: 'storefront-web-2', config: 'primary', isNew: true, state: 'stopped', healthState: 'unhealthy' },
      ...{ exitCode: 137, message: 'OOM <killed>', restarts: 3, url: 'http://rancher/containers/1i7' },
      seenAt: null,
    },
  ],
  containersLeftOut: 1,
  serviceLog: [{ at: START + 4000, level: 'error', text: 'service.trigger.info: Timeout waiting for instance' }],
};

const found = {
  rancherUrl: 'http://rancher/env/1a5/apps/stacks/1st2/services/1s7',
  images: [{ config: 'primary', from: 'example/web:1', to: 'example/web:2' }],
  service: { state: 'active', message: null },
};
const round = { number: 1, posted: [{ config: 'primary', image: 'docker:example/web:2', digest: 'x' }] };
const UNDER_WAY = [
  ...[started, scheduled('resolveTarget'), answered(2, found)],
  ...[phase('upgrading'), scheduled('postUpgrade', { round }), answered(5, { outcome: 'accepted' })],
  phase('waiting'),
];
const ROLLED_BACK = result({
  verdict: 'rolled-back',
  reason: 'no new container came up for 20 s: storefront-web-2 is stopped',
  nextStep: "Look at the container's log, mend the image and deploy again.",
  diagnosis: DIAGNOSIS,
  timeline: [
    { phase: 'resolving', from: START, to: START + 300 },
    { phase: 'waiting', from: START + 300, to: START + 20_300 },
    { phase: 'rolling-back', from: START + 20_300, to: START + 23_000 },
  ],
});

/** One that failed, and was rolled back. */
export const failed = (): DeploymentStory =>
  story(
    history(
      ...[...UNDER_WAY, signal('confirm', { by: 'pat <pat@host>', why: 'looks "good"' })],
      ...[phase('rolling-back'), scheduled('rollBackUpgrade', { round }), answered(10, { outcome: 'sent' })],
      ...[phase('done'), ended('completed', given(ROLLED_BACK))],
    ),
    { verdict: ROLLED_BACK.verdict, reason: ROLLED_BACK.reason, nextStep: ROLLED_BACK.nextStep, result: ROLLED_BACK },
    null,
  );

/** One that is under way, and what it says of itself; null where no worker answers. */
export const underWay = (progress: Progress | null): DeploymentStory => story(history(...UNDER_WAY), null, progress);

export function story(
  events: readonly RecordedEvent[],
  outcome: Outcome | null,
  progress: Progress | null,
): DeploymentStory {
  const record = recordOf('run-1', events);
  const now = START + 60_000;
  return {
    ...{ deployment: { ...deployment, how: outcome === null ? 'attached' : 'over' }, record, progress, outcome, now },
    images: record.images,
    timeline: record.result?.timeline ?? timelineOf(record.entries, now),
    logbook: logbookOf(record.entries, progress),
    diagnosis: record.diagnosis,
    rancherUrl: record.rancherUrl,
  };
}
