import { setTimeout as delay } from 'node:timers/promises';
import { laneIdOf } from '../../../workflows/lane-contract';
import { patiently } from '../kill/patiently';
import type { BusyLane } from './case-plan';
import type { LaneSeen, RequestSeen } from './lane-checks';
import { laneStory } from './lane-story';
import { lookAt } from './look';
import type { ReleaseStack } from './release-stack';
import { MAIN, STACK } from './release-stack';
import { imageOf } from './release-world';

export const BUSY = 'busy';
const OVERRIDES = { batchSize: 2, batchIntervalMillis: 100 } as const;
const LIMIT_MILLIS = 240_000;

/** Many requests for one service, all at once, each brought and followed by a client of its own. */
export async function playLane(target: ReleaseStack, plan: BusyLane): Promise<LaneSeen> {
  target.beginStrikes();
  const requests = await Promise.all(plan.requests.map((_one, index) => ask(target, plan, index)));
  await target.endStrikes();
  const image = imageOf(BUSY, 1_000);
  const handle = await patiently(() => target.stack.client.upgrade({ ...asked(image), requestId: 'next' }));
  const { verdict } = await handle.result({ limitMillis: LIMIT_MILLIS });
  return {
    ...{ requests, next: { verdict, image } },
    runs: await runsOf(target),
    journal: await target.stack.journal(),
    terminated: target.strikes.filter(({ what }) => what === 'deployment').length,
    after: await lookAt(target.stack.rancher, MAIN.project, BUSY),
  };
}

/** Where nobody answers it is asked again, as whoever runs the command again does. */
async function ask(target: ReleaseStack, { requests }: BusyLane, index: number): Promise<RequestSeen> {
  const { whenBusy, afterMillis } = requests[index] ?? { whenBusy: 'queue', afterMillis: 0 };
  const image = imageOf(BUSY, 100 + index);
  const requestId = `request/${index}`;
  await delay(afterMillis);
  const handle = await patiently(() => target.stack.client.upgrade({ ...asked(image), requestId }, { whenBusy }));
  const { verdict, reason } = await patiently(() => handle.result({ limitMillis: LIMIT_MILLIS, watchOn: true }));
  return { requestId, image, whenBusy, verdict, reason };
}

function asked(image: string): {
  environment: string;
  stack: string;
  service: string;
  image: string;
  overrides: typeof OVERRIDES;
} {
  return { environment: MAIN.alias, stack: STACK, service: BUSY, image, overrides: OVERRIDES };
}

async function runsOf(target: ReleaseStack): Promise<LaneSeen['runs']> {
  const workflowId = laneIdOf(MAIN.alias, STACK, BUSY);
  const runs: { runId: string; at: number }[] = [];
  for await (const { runId, startTime } of target.temporal.workflow.list({ query: `WorkflowId = '${workflowId}'` }))
    runs.push({ runId, at: startTime.getTime() });
  runs.sort((one, other) => one.at - other.at);
  return Promise.all(runs.map(async ({ runId }) => laneStory(await target.stack.history(workflowId, runId))));
}
