import type { Policy } from '../../decision/policy';
import { composeCopy } from '../../rancher/compose-copy';
import { imageUuidOf, sameImage, toImageUuid } from '../../rancher/launch-config';
import type { JsonObject } from '../../rancher/json';
import type { ServiceResource, Stack } from '../../rancher/resources';
import { failure, readFailure } from '../classify-failure';
import type { CopiedService, CopyRequest } from '../contract';
import type { ActivityDependencies } from '../dependencies';
import type { Lease } from '../lease';
import { hiddenTexts, namedConfigs } from '../snapshot';
import type { OpenEnvironment } from './both-environments';
import { openBoth } from './both-environments';
import { madeService, madeStack, stackMark } from './created-by';
import { linksFor } from './links';
import { readUntil, send } from './send';

/** States from which a service comes to rest before it can be activated. */
const MOVING: readonly string[] = ['registering', 'deactivating', 'removing'];

/** What the steps of one copy share. */
interface Copying {
  readonly request: CopyRequest;
  readonly source: OpenEnvironment;
  readonly target: OpenEnvironment;
  /** The service that is copied. */
  readonly model: ServiceResource;
  readonly lease: Lease;
  readonly signal: AbortSignal;
  readonly policy: Pick<Policy, 'requestTimeoutMillis'>;
  /** Texts that no message may repeat. */
  readonly hidden: readonly string[];
}

/**
 * Makes a service as it is in another environment, and activates it. Each attempt reads what is there and does what is missing, so it may be
 * broken off anywhere: whatever a former one made is recognised by its mark, and never made twice.
 */
export async function copyService(
  deps: ActivityDependencies,
  request: CopyRequest,
  lease: Lease,
  signal: AbortSignal,
): Promise<CopiedService> {
  try {
    const { source, target } = await openBoth(deps, request, signal);
    const sourceStack = await source.client.findStack(source.project.id, request.stack, signal);
    const model = await source.client.findService(source.project.id, sourceStack.id, request.service, signal);
    // Before anything is made: what cannot be copied leaves no empty stack behind.
    const definitionIn = (stackId: string): JsonObject =>
      composeCopy(model, {
        stackId,
        ...(request.image === null ? {} : { image: request.image }),
        sidekickImages: request.sidekicks,
        createdLabel: request.releaseId,
      });
    definitionIn('1st0');
    const policy = target.access.policy({ overrides: {}, stack: request.stack, service: request.service });
    const hidden = hiddenTexts(model, {}, { environment: request.to, stack: request.stack });
    const copying: Copying = { request, source, target, model, lease, signal, policy, hidden };

    const stack = await stackFor(copying);
    const made = await serviceIn(copying, stack, definitionIn(stack.id));
    const registered = await readUntil(
      () => target.client.getService(target.project.id, made.id, signal),
      ({ state }) => state !== 'registering',
      signal,
    );
    const links = await linksFor({ source, target, model, modelStack: sourceStack, stack }, signal);
    const linked = await link(copying, registered, links.found);
    const { id, state } = await activate(copying, linked);
    const { access, project } = target;
    return {
      target: { environment: request.to, projectId: project.id, stackId: stack.id, serviceId: id },
      rancherUrl: `${access.webUrl}/env/${project.id}/apps/stacks/${stack.id}/services/${id}/containers`,
      state,
      stackIsOurs: madeStack(request.releaseId, stack),
      links: Object.keys(links.found).sort(),
      linksLeftOut: links.missing,
    };
  } catch (error) {
    throw readFailure(error);
  }
}

/** The stack of the target; made where there is none. */
async function stackFor(copying: Copying): Promise<Stack> {
  const { request, target, signal } = copying;
  const { client, project } = target;
  const read = (): Promise<Stack | undefined> => client.stacks.stackNamed(project.id, request.stack, signal);
  const found =
    (await read()) ??
    (await send({
      ...sendingOf(copying),
      request: () =>
        client.stacks.createStack(project.id, { name: request.stack, description: stackMark(request.releaseId) }),
      isSo: read,
    }));
  const settled = await readUntil(read, (stack) => stack?.state !== 'activating', signal);
  if (settled?.id !== found.id || ['activating', 'removing'].includes(settled.state)) {
    const now = settled === undefined ? 'gone again' : settled.state;
    throw failure('NotYet', `The stack ${JSON.stringify(request.stack)} of ${request.to} is ${now}.`);
  }
  return settled;
}

/** The service of the target; made where there is none. */
async function serviceIn(copying: Copying, stack: Stack, definition: JsonObject): Promise<ServiceResource> {
  const { request, target, signal } = copying;
  const { client, project } = target;
  const read = (): Promise<ServiceResource | undefined> =>
    client.stacks.serviceNamed(project.id, stack.id, request.service, signal);
  const made =
    (await read()) ??
    (await send({
      ...sendingOf(copying),
      request: () => client.stacks.createService(project.id, definition),
      isSo: read,
    }));
  refuseOther(request, made);
  return made;
}

/** What is there already has to be this release's, as it was asked for. */
function refuseOther(request: CopyRequest, made: ServiceResource): void {
  const named = `${request.stack}/${request.service} is in ${request.to} already (${made.id})`;
  if (!madeService(request.releaseId, made)) {
    throw failure(
      'AlreadyThere',
      `${named}, and this release did not make it: only a service that is missing is made. Release to it as it is.`,
    );
  }
  const asked = new Map(Object.entries(request.sidekicks));
  const others = namedConfigs(made).filter(({ name, config }) => {
    const image = config === made.launchConfig ? request.image : (asked.get(name) ?? null);
    return image !== null && !sameImage(imageUuidOf(config) ?? '', toImageUuid(image));
  });
  if (others.length === 0) return;
  throw failure('AlreadyThere', `${named}, made by this release, and runs other images by now: somebody upgraded it.`);
}

/** Adds the links that are missing; what somebody linked besides stays. */
async function link(
  copying: Copying,
  service: ServiceResource,
  links: Readonly<Record<string, string>>,
): Promise<ServiceResource> {
  const { client, project } = copying.target;
  const isLinked = ({ linkedServices }: ServiceResource): boolean =>
    Object.entries(links).every(([name, id]) => new Map(Object.entries(linkedServices ?? {})).get(name) === id);
  if (isLinked(service)) return service;
  const all = { ...service.linkedServices, ...links };
  return send({
    ...sendingOf(copying),
    request: () => client.stacks.setServiceLinks(project.id, service.id, all, copying.hidden),
    isSo: async () => {
      const read = await client.getService(project.id, service.id, copying.signal);
      return isLinked(read) ? read : undefined;
    },
  });
}

async function activate(copying: Copying, service: ServiceResource): Promise<ServiceResource> {
  const { request, target, signal, hidden } = copying;
  const { client, project } = target;
  if (MOVING.includes(service.state)) {
    const named = `${request.stack}/${request.service} in ${request.to} (${service.id})`;
    throw failure('NotYet', `${named} is ${service.state}: it cannot be activated now.`);
  }
  if (service.state !== 'inactive') return service;
  return send({
    ...sendingOf(copying),
    request: () => client.act(project.id, service.id, 'activate', {}, undefined, hidden),
    isSo: async () => {
      const read = await client.getService(project.id, service.id, signal);
      return read.state === 'inactive' || MOVING.includes(read.state) ? undefined : read;
    },
  });
}

function sendingOf({ lease, policy, hidden }: Copying): {
  lease: Lease;
  requestTimeoutMillis: number;
  hidden: readonly string[];
} {
  return { lease, requestTimeoutMillis: policy.requestTimeoutMillis, hidden };
}
