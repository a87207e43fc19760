import type { Stage } from '../stage';
import type { Environment, Service } from './site';
import { imageOf, SERVICES, STACK } from './site';

/** The stack in the simulated Rancher, as it is there. */
export class Shop {
  constructor(private readonly stage: Pick<Stage, 'simulator'>) {}

  /** `db 1.0, api 1.0, web 1.0`; what is not active says so. */
  runs(environment: Environment): string {
    return SERVICES.map((service) => {
      const { service: found } = this.stage.simulator.world.service(environment, STACK, service);
      const { state, launchConfig } = found;
      const image = isRecord(launchConfig) ? String(launchConfig['imageUuid']) : '';
      return `${service} ${image.split(':').at(-1) ?? ''}${state === 'active' ? '' : ` (${String(state)})`}`;
    }).join(', ');
  }

  /** What Rancher accepted from Drover since so many entries of its journal, as `upgrade db`, in that order. */
  actions(environment: Environment, since = 0): string[] {
    const { world } = this.stage.simulator;
    const project = world.service(environment, STACK, SERVICES[0]).service['accountId'];
    return world
      .journal()
      .slice(since)
      .filter((entry) => entry.kind === 'action' && entry.stack === STACK && entry.project === project)
      .map(({ action, name }) => `${action ?? ''} ${name}`);
  }

  /** How many entries Rancher's journal has. */
  get entries(): number {
    return this.stage.simulator.world.journal().length;
  }

  /** From now on new containers of an image do not start. */
  breakImage(service: Service, tag: string): void {
    this.stage.simulator.world.addBehaviour({ image: imageOf(service, tag), startFails: true });
  }

  mendImage(service: Service, tag: string): void {
    this.stage.simulator.world.removeBehaviour(imageOf(service, tag));
  }
}

/** All three services with one tag, as {@link Shop.runs} says it. */
export const all = (tag: string): string => SERVICES.map((service) => `${service} ${tag}`).join(', ');

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
