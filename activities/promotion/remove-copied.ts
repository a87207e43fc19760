import { heartbeat } from '@temporalio/activity';
import type { ServiceResource, Stack } from '../../rancher/resources';
import { failure, readFailure } from '../classify-failure';
import type { RancherActivities, RemovedCopy } from '../contract';
import type { ActivityDependencies } from '../dependencies';
import type { Lease } from '../lease';
import { hiddenTexts } from '../snapshot';
import type { OpenEnvironment } from './both-environments';
import { openEnvironment } from './both-environments';
import { madeService, madeStack } from './created-by';
import { readUntil, send } from './send';

type Removal = Parameters<RancherActivities['removeCopied']>[0];

/** What the steps of one removal share. */
interface Removing {
  readonly removal: Removal;
  readonly open: OpenEnvironment;
  readonly lease: Lease;
  readonly signal: AbortSignal;
  readonly requestTimeoutMillis: number;
}

/** Removes what a release made: the service that carries its mark, then the stack that does, where nothing is in it any more. */
export async function removeCopied(
  deps: ActivityDependencies,
  removal: Removal,
  lease: Lease,
  signal: AbortSignal,
): Promise<RemovedCopy> {
  const { environment, stack: name, service } = removal;
  try {
    const open = await openEnvironment(deps, environment, signal);
    const { requestTimeoutMillis } = open.access.policy({ overrides: {}, stack: name, service });
    const removing: Removing = { removal, open, lease, signal, requestTimeoutMillis };
    const stack = await open.client.stacks.stackNamed(open.project.id, name, signal);
    if (stack === undefined) return { service: 'not-there', stack: 'not-there' };
    const outcome = await removeService(removing, stack);
    return { service: outcome, stack: await removeStack(removing, stack) };
  } catch (error) {
    throw readFailure(error);
  }
}

async function removeService(removing: Removing, stack: Stack): Promise<RemovedCopy['service']> {
  const { removal, open, signal } = removing;
  const { client, project } = open;
  const named = (services: readonly ServiceResource[]): ServiceResource[] =>
    services.filter(({ name }) => name === removal.service);
  const list = async (): Promise<ServiceResource[]> => named(await client.listServices(project.id, stack.id, signal));
  const found = await list();
  const ours = found.filter((service) => madeService(removal.releaseId, service));
  if (ours.length === 0) return found.length === 0 ? 'not-there' : 'not-ours';
  for (const service of ours.filter(({ state }) => state !== 'removing')) {
    const hidden = hiddenTexts(service, {}, removal);
    await send({
      ...sendingOf(removing, hidden),
      request: async () => {
        await client.stacks.removeService(project.id, service.id, hidden);
        return true;
      },
      isSo: async () => {
        const left = (await list()).find(({ id }) => id === service.id);
        return left === undefined || left.state === 'removing' ? true : undefined;
      },
    });
    heartbeat();
  }
  const isOurs = ({ id }: ServiceResource): boolean => ours.some((one) => one.id === id);
  const left = await readUntil(list, (services) => !services.some(isOurs), signal);
  if (left.some(isOurs)) {
    const what = `${removal.stack}/${removal.service} in ${removal.environment}`;
    throw failure('NotYet', `${what} is still being removed.`);
  }
  return 'removed';
}

/** Whatever else is in the stack would go with it: then it stays. */
async function removeStack(removing: Removing, stack: Stack): Promise<RemovedCopy['stack']> {
  const { removal, open, signal } = removing;
  const { client, project } = open;
  if (!madeStack(removal.releaseId, stack)) return 'kept';
  const list = (): Promise<ServiceResource[]> => client.listServices(project.id, stack.id, signal);
  const going = ({ state }: ServiceResource): boolean => state === 'removing';
  const left = await readUntil(list, (services) => !services.some(going), signal);
  if (left.some(going)) {
    throw failure('NotYet', `Services of the stack ${JSON.stringify(stack.name)} are still being removed.`);
  }
  if (left.length > 0) return 'kept';
  const read = (): Promise<Stack | undefined> => client.stacks.stackNamed(project.id, stack.name, signal);
  const isGone = (now: Stack | undefined): boolean => now?.id !== stack.id;
  if (stack.state !== 'removing') {
    await send({
      ...sendingOf(removing, []),
      request: async () => {
        await client.stacks.removeStack(project.id, stack.id);
        return true;
      },
      isSo: async () => {
        const now = await read();
        return isGone(now) || now?.state === 'removing' ? true : undefined;
      },
    });
  }
  if (isGone(await readUntil(read, isGone, signal))) return 'removed';
  throw failure('NotYet', `The stack ${JSON.stringify(stack.name)} is still being removed.`);
}

function sendingOf(
  { lease, requestTimeoutMillis }: Removing,
  hidden: readonly string[],
): { lease: Lease; requestTimeoutMillis: number; hidden: readonly string[] } {
  return { lease, requestTimeoutMillis, hidden };
}
