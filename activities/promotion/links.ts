import { heartbeat } from '@temporalio/activity';
import type { ServiceResource, Stack } from '../../rancher/resources';
import type { OpenEnvironment } from './both-environments';

/** Where links lead in the target. */
export interface Links {
  /** Ids of the target's services by the names of the links. */
  readonly found: Readonly<Record<string, string>>;
  /** Names of links whose services the target does not have. */
  readonly missing: readonly string[];
}

/**
 * Finds the services that a service is linked to by their names in another environment: those of its own stack in the copy's, the others in
 * the stack of the same name.
 */
export async function linksFor(
  where: {
    readonly source: OpenEnvironment;
    readonly target: OpenEnvironment;
    readonly model: ServiceResource;
    readonly modelStack: Stack;
    readonly stack: Stack;
  },
  signal: AbortSignal,
): Promise<Links> {
  const { source, target, model, modelStack, stack } = where;
  const links = Object.entries(model.linkedServices ?? {});
  if (links.length === 0) return { found: {}, missing: [] };
  const consumed = await source.client.stacks.consumedServices(source.project.id, model.id, signal);
  const isElsewhere = consumed.some(({ stackId }) => stackId !== modelStack.id);
  const stacks = isElsewhere ? await source.client.listStacks(source.project.id, signal) : [modelStack];
  const found: [string, string][] = [];
  const missing: string[] = [];
  for (const [name, id] of links) {
    const linked = consumed.find((one) => one.id === id);
    const stackName = stacks.find((one) => one.id === linked?.stackId)?.name;
    const there = stackName === modelStack.name ? stack : await stackOf(target, stackName, signal);
    const service =
      linked === undefined || there === undefined
        ? undefined
        : await target.client.stacks.serviceNamed(target.project.id, there.id, linked.name, signal);
    if (service === undefined) missing.push(name);
    else found.push([name, service.id]);
    heartbeat();
  }
  return { found: Object.fromEntries(found), missing: missing.sort() };
}

async function stackOf(
  { client, project }: OpenEnvironment,
  name: string | undefined,
  signal: AbortSignal,
): Promise<Stack | undefined> {
  return name === undefined ? undefined : client.stacks.stackNamed(project.id, name, signal);
}
