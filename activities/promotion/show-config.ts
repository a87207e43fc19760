import { redactor } from '../../rancher/redact';
import { shownCompose } from '../../rancher/shown-compose';
import { failure, readFailure } from '../classify-failure';
import type { ActivityDependencies } from '../dependencies';
import { hiddenTexts } from '../snapshot';
import type { ShowConfigRequest, ShownConfig } from '../contract';
import { openEnvironment } from './both-environments';

/** Of each file so much fits into an answer, characters. */
const MOST = 400_000;

/** The compose files of a stack as Rancher writes them, without a value that may be a secret. Writes nothing. */
export async function showConfig(
  deps: ActivityDependencies,
  { environment, stack, services }: ShowConfigRequest,
  signal: AbortSignal,
): Promise<ShownConfig> {
  try {
    const { client, project } = await openEnvironment(deps, environment, signal);
    const { id } = await client.findStack(project.id, stack, signal);
    const all = (await client.listServices(project.id, id, signal)).filter(({ state }) => state !== 'removing');
    const missing = services?.find((name) => !all.some((one) => one.name === name));
    if (missing !== undefined) throw failure('NotFound', `${stack} in ${environment} has no service ${missing}`);
    const wanted = services === undefined ? all : all.filter(({ name }) => services.includes(name));
    const ids = services === undefined ? undefined : wanted.map((one) => one.id);
    const whole = await client.stacks.exportConfig(project.id, id, ids, signal);
    const redact = redactor(all.flatMap((service) => hiddenTexts(service, {}, { environment, stack })));
    return {
      dockerCompose: shownCompose(whole.dockerComposeConfig, redact).slice(0, MOST),
      rancherCompose: shownCompose(whole.rancherComposeConfig, redact).slice(0, MOST),
    };
  } catch (error) {
    throw readFailure(error);
  }
}
