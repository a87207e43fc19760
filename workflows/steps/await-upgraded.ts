import type { ProgressClock } from '../../decision/progress-clock';
import { startClock, tick } from '../../decision/progress-clock';
import { touchedVersions } from '../../decision/round';
import { roundStep } from '../../decision/round-step';
import { waitMillis } from '../../decision/schedule';
import type { ServiceSnapshot } from '../../decision/service-snapshot';
import { newContainersRun, newOnesText } from '../../decision/tally-lines';
import { readReplacing } from '../calls';
import type { Deployment } from '../deployment';
import { RestoreNeeded } from '../endings';
import { seconds } from '../seconds';
import { interfered } from './interfered';

/** Containers are read at most so often while Rancher replaces them: they tell whether it gets on, and cost a request each time. */
const CONTAINERS_EVERY_MILLIS = 90_000;
/** The first time is sooner: whoever watches wants to see it begin. */
const FIRST_CONTAINERS_MILLIS = 10_000;

/**
 * Waits until Rancher has replaced the containers of our upgrade.
 *
 * @param straight the finish comes right after it, and proves them itself: they are not read here
 * @throws RestoreNeeded when nothing got better for the stall limit, when the cap has passed, or when somebody asked for it
 */
export async function awaitUpgraded(deployment: Deployment, straight: boolean): Promise<void> {
  const { policy, nudges } = deployment;
  deployment.diagnosis = null;
  deployment.enter('waiting', 'Rancher replaces the containers');
  // A retry that came earlier asked for something else: it must not roll back what was just accepted.
  deployment.takeRetry();
  nudges.takeNearlyDone();
  deployment.toldRunning = 0;
  const since = Date.now();
  const containersEvery = Math.min(CONTAINERS_EVERY_MILLIS, policy.stallLimitMillis / 4);
  let clock = startClock(since);
  let containersAt = since - Math.max(0, containersEvery - FIRST_CONTAINERS_MILLIS);
  let containerReads = 0;
  let suspected = false;
  let isHeldUp = false;
  let planned = nextPause(deployment, 0, clock);
  for (;;) {
    const news = await deployment.pause(planned, waitingText(deployment));
    deployment.throwIfRestoreAsked();
    if (deployment.takeRetry()) throw new RestoreNeeded('again', 'a person asked to upgrade again', true);

    const isTrouble = news === 'transitioning' || news === 'message';
    // Whose events come in tells of its containers itself, once there is something to tell.
    const isQuiet = nudges.watched && deployment.toldRunning > 0;
    const isDue = isHeldUp || (!isQuiet && Date.now() - containersAt >= containersEvery);
    const burst = nudges.takeNearlyDone();
    const withContainers = isTrouble || isDue || clock.stalledMillis + planned >= policy.stallLimitMillis;
    const service = await readReplacing(deployment, {
      containers: withContainers ? 'always' : straight ? 'never' : 'when-settled',
      // Rancher's own words only explain: every third time is often enough.
      withLog: withContainers && containerReads % 3 === 0,
      ...(burst ? { burst: 'upgrading' } : {}),
    });
    if (withContainers) containerReads += 1;
    if (service.instances !== null) containersAt = Date.now();
    const step = roundStep(service, deployment.ours, 'upgraded');
    if (step.do === 'interfered') throw interfered(service, step.why);
    if (step.do === 'verify') {
      deployment.diagnosis = null;
      return;
    }

    // It was not nearly done: what holds it up is looked for soon.
    isHeldUp = burst;
    const before = clock;
    // Those of sidekicks that were left alone run all the time: they are neither new nor progress.
    clock = withTold(deployment, clock, (known) =>
      tick(known, Date.now(), planned, service, touchedVersions(deployment.ours)),
    );
    noteProgress(deployment, service, before, clock);
    if (clock.stalledMillis === 0) {
      deployment.diagnosis = null;
      deployment.getsOn();
    }
    if (service.twoWriters && suspected)
      throw new RestoreNeeded('rolled-back', 'two upgrades were accepted at once and fight each other');
    suspected = service.twoWriters;
    if (deployment.overdue)
      throw new RestoreNeeded('rolled-back', `the time was up (${seconds(policy.timeoutMillis)})${words(service)}`);
    if (service.instances !== null && deployment.isStuck(clock, policy.stallLimitMillis))
      throw new RestoreNeeded('rolled-back', `no progress for ${seconds(clock.stalledMillis)}${words(service)}`);
    planned = nextPause(deployment, Date.now() - since, clock);
    if (isHeldUp) planned = Math.min(planned, FIRST_CONTAINERS_MILLIS);
  }
}

/** A container that an event told of got better when it was told, not when it is read. */
function withTold(
  { toldRunning, toldRunningAt }: Deployment,
  clock: ProgressClock,
  tickOf: (known: ProgressClock) => ProgressClock,
): ProgressClock {
  if (toldRunning <= clock.running) return tickOf(clock);
  const ticked = tickOf({ ...clock, running: toldRunning });
  return { ...ticked, stalledMillis: Math.min(ticked.stalledMillis, Math.max(0, Date.now() - toldRunningAt)) };
}

/** Not beyond the moment when a limit could be reached. */
function nextPause(deployment: Deployment, elapsedMillis: number, clock: ProgressClock): number {
  const { policy, nudges, service } = deployment;
  const { pollMinMillis, stallLimitMillis } = policy;
  // Of what is over already no event tells.
  const watched = nudges.watched && service?.state === 'upgrading';
  const left = Math.max(pollMinMillis, Math.min(stallLimitMillis - clock.stalledMillis, deployment.leftMillis));
  const { leastLookMillis } = nudges;
  return Math.min(left, waitMillis(elapsedMillis, policy, { watched, leastLookMillis, limitMillis: stallLimitMillis }));
}

/** One line per change, not per read; the ids of containers that are made again and again are no change. */
function noteProgress(
  deployment: Deployment,
  service: ServiceSnapshot,
  before: ProgressClock,
  now: ProgressClock,
): void {
  // What events told was written down as they came, and where no containers were read, nothing else is known of them.
  const isTold = service.instances === null || (now.running === deployment.toldRunning && now.healthy === now.running);
  if ((now.running > before.running || now.healthy > before.healthy) && !isTold)
    deployment.note(
      'info',
      `${newContainersRun(now.running)}${now.healthy < now.running ? `, ${now.healthy} healthy` : ''}`,
    );
  deployment.toldRunning = Math.max(deployment.toldRunning, now.running);
  const told = service.message?.replace(/1i\d+/g, '…') ?? null;
  if (told !== null && told !== deployment.toldMessage)
    deployment.note(service.transitioning === 'error' ? 'warning' : 'info', `Rancher: ${service.message ?? ''}`);
  deployment.toldMessage = told;
}

function waitingText({ service, containers, ours }: Deployment): string {
  const what = 'for Rancher to replace the containers';
  if (service === null) return what;
  const { expected, message } = service;
  const said = newOnesText({ instances: containers.instances, expected, upgraded: touchedVersions(ours) }) ?? message;
  return said === null ? what : `${what}: ${said}`;
}

function words(service: ServiceSnapshot): string {
  return service.message === null ? '' : `; Rancher says: ${service.message}`;
}
