import type { ServiceSnapshot } from '../../decision/service-snapshot';
import { calledConfig } from '../../decision/proof';
import { Ended } from '../endings';

/** Somebody else moved the service: named, with the state as found, and never fought. */
export function interfered(service: ServiceSnapshot, why: string): Ended {
  const images = service.configs.map(
    ({ name, image }) => `${calledConfig(name)} ${image?.replace(/^docker:/, '') ?? 'without an image'}`,
  );
  const found = service.removed ? 'removed' : `${service.state}: ${images.join(', ')}`;
  return new Ended(
    'interfered',
    `${why}; found ${found}`,
    'Find out who did it and whether it was meant; then deploy again.',
  );
}
