import { NotRancherError } from './errors/not-rancher-error';
import type { JsonObject } from './json';
import { pickExactly } from './pick-exactly';
import { belongs, isThere, servicePath } from './presence';
import type { RancherApi } from './rancher-api';
import { composeConfigSchema, serviceSchema, stackSchema } from './resources';
import type { ComposeConfig, ServiceResource, Stack } from './resources';
import { quote } from './wording';

/**
 * Makes stacks and services, and takes them away (recorded in `70-copy-a-stack`). As with every method of the client, each request is sent
 * once; whether a mutation may have happened when it failed is `OUTCOMES[error.outcome].effect`.
 */
export class StackOperations {
  readonly #api: RancherApi;

  constructor(api: RancherApi) {
    this.#api = api;
  }

  /**
   * The stack of exactly this name, also one that is being removed; undefined where none has the name, whatever its case.
   *
   * @throws AmbiguousError, or LookupError with the right spelling.
   */
  async stackNamed(projectId: string, name: string, signal?: AbortSignal): Promise<Stack | undefined> {
    const path = `/projects/${encodeURIComponent(projectId)}/stacks`;
    const answered = await this.#api.list(path, { name }, stackSchema, signal);
    const stacks = answered.filter((stack) => isThere(stack) && stack.accountId === projectId);
    return pickExactly(stacks, name, 'stack', { request: this.#api.describe('GET', path), host: this.#api.host });
  }

  /**
   * The service of exactly this name in this stack, none that is being removed; undefined where none has the name, whatever its case.
   *
   * @throws AmbiguousError, or LookupError with the right spelling.
   */
  async serviceNamed(
    projectId: string,
    stackId: string,
    name: string,
    signal?: AbortSignal,
  ): Promise<ServiceResource | undefined> {
    const path = `/projects/${encodeURIComponent(projectId)}/services`;
    const answered = await this.#api.list(path, { stackId, name }, serviceSchema, signal);
    const services = answered.filter((one) => belongs(one, projectId, stackId) && one.state !== 'removing');
    return pickExactly(services, name, 'service', { request: this.#api.describe('GET', path), host: this.#api.host });
  }

  /** The services that a service is linked to, in whatever stack they are. */
  async consumedServices(projectId: string, serviceId: string, signal?: AbortSignal): Promise<ServiceResource[]> {
    const path = `${servicePath(projectId, serviceId)}/consumedservices`;
    const services = await this.#api.list(path, {}, serviceSchema, signal);
    return services.filter((service) => belongs(service, projectId, undefined));
  }

  /**
   * The stack written as compose files, or some of its services. The texts hold the values of their environment variables.
   *
   * @param serviceIds - default: all of the stack's
   */
  async exportConfig(
    projectId: string,
    stackId: string,
    serviceIds?: readonly string[],
    signal?: AbortSignal,
  ): Promise<ComposeConfig> {
    const body: JsonObject = serviceIds === undefined ? {} : { serviceIds: [...serviceIds] };
    const path = `${stackPath(projectId, stackId)}/?action=exportconfig`;
    return this.#api.send('POST', path, body, composeConfigSchema, signal);
  }

  /**
   * Makes an empty stack. Names are unique within a project, whatever their case.
   *
   * @throws InvalidRequestError with the code `NotUnique` for a name that is taken, and all others.
   */
  async createStack(projectId: string, stack: { name: string; description: string }): Promise<Stack> {
    const path = `/projects/${encodeURIComponent(projectId)}/stacks`;
    const made = await this.#api.send('POST', path, { ...stack }, stackSchema, undefined);
    if (made.name === stack.name && made.accountId === projectId) return made;
    throw this.#another('POST', path, `the stack ${quote(made.name)} of environment ${quote(made.accountId)}`);
  }

  /**
   * Makes a service from a definition that names its stack (`stackId`).
   *
   * @throws InvalidRequestError with the code `NotUnique` for a name that is taken in the stack, and all others.
   */
  async createService(projectId: string, definition: JsonObject): Promise<ServiceResource> {
    const path = `/projects/${encodeURIComponent(projectId)}/services`;
    const made = await this.#api.send('POST', path, definition, serviceSchema, undefined);
    const isAsked = made.name === definition['name'] && made.stackId === definition['stackId'];
    if (isAsked && made.accountId === projectId) return made;
    throw this.#another('POST', path, `the service ${quote(made.name)} of stack ${quote(made.stackId)}`);
  }

  /**
   * Links a service to just these, by their ids; links that are not among them end.
   *
   * @param links - ids of services by the names of the links
   * @param hidden - texts that no message may repeat
   */
  async setServiceLinks(
    projectId: string,
    serviceId: string,
    links: Readonly<Record<string, string>>,
    hidden?: readonly string[],
  ): Promise<ServiceResource> {
    const serviceLinks = Object.entries(links).map(([name, linked]) => ({ name, serviceId: linked }));
    const path = `${servicePath(projectId, serviceId)}/?action=setservicelinks`;
    return this.#api.send('POST', path, { serviceLinks }, serviceSchema, undefined, hidden);
  }

  /**
   * Removes a service and its containers: it is `removing` from then on.
   *
   * @param hidden - texts that no message may repeat
   */
  async removeService(projectId: string, serviceId: string, hidden?: readonly string[]): Promise<void> {
    await this.#api.send('DELETE', servicePath(projectId, serviceId), undefined, serviceSchema, undefined, hidden);
  }

  /** Removes a stack and all services in it. */
  async removeStack(projectId: string, stackId: string): Promise<void> {
    await this.#api.send('DELETE', stackPath(projectId, stackId), undefined, stackSchema, undefined);
  }

  #another(method: 'POST', path: string, what: string): NotRancherError {
    const request = this.#api.describe(method, path);
    return new NotRancherError(
      `${request} on ${this.#api.host} answered with ${what}, which is not what was asked for.`,
      {
        request,
      },
    );
  }
}

function stackPath(projectId: string, stackId: string): string {
  return `/projects/${encodeURIComponent(projectId)}/stacks/${encodeURIComponent(stackId)}`;
}
