import { deploymentIdOf } from '../decision/deployment-label';
import { asWord, targetText } from '../decision/target-text';
import type { PendingConfig, PendingUpgrade } from '../workflows/contract';

/** Something that can be done about an orphan. */
export interface Offer {
  readonly to: 'keep it' | 'go back';
  /** A command line, whole; null where only Rancher's own UI can do it. */
  readonly command: string | null;
  readonly does: string;
}

/**
 * What can be done about a pending upgrade that a deployment left, by its state. A cancelled one is never kept: finishing it would resume
 * what somebody cancelled.
 */
export function offersFor(environment: string, pending: PendingUpgrade, deploymentId: string): Offer[] {
  const touched = pending.configs.filter(
    ({ deploymentLabel }) => deploymentLabel !== null && deploymentIdOf(deploymentLabel) === deploymentId,
  );
  const target = targetText({ environment, ...pending });
  return [
    ...(pending.state === 'canceled-upgrade' ? [] : [keep(target, touched, pending.state)]),
    back(target, touched),
  ];
}

function keep(target: string, touched: readonly PendingConfig[], state: string): Offer {
  const images = imageOptions(touched, ({ image }) => image);
  if (images === null) return { to: 'keep it', command: null, does: 'press Finish Upgrade in Rancher, where it shows' };
  const waits = state === 'upgrading' ? 'waits until it is upgraded, ' : '';
  return {
    to: 'keep it',
    command: `drover upgrade ${target} ${images}`,
    does: `adopts it: ${waits}verifies it by version, and finishes it`,
  };
}

function back(target: string, touched: readonly PendingConfig[]): Offer {
  const images = imageOptions(touched, ({ formerImage }) => formerImage);
  const differs = touched.some(({ image, formerImage }) => image !== formerImage);
  // A deployment that asks for the image that is pending would adopt it.
  if (images === null || !differs)
    return { to: 'go back', command: null, does: 'press Rollback in Rancher: the images do not tell the two apart' };
  return {
    to: 'go back',
    command: `drover upgrade ${target} ${images} --on-pending rollback`,
    does: 'rolls it back (one that still makes progress only when it has settled), and proves that the former image runs',
  };
}

/** The options that name these images; null where one of them is not known. */
function imageOptions(
  touched: readonly PendingConfig[],
  imageOf: (config: PendingConfig) => string | null,
): string | null {
  const options: string[] = [];
  for (const config of touched) {
    const image = imageOf(config);
    if (image === null) return null;
    options.push(
      config.config === 'primary' ? `--image ${asWord(image)}` : `--sidekick ${asWord(`${config.config}=${image}`)}`,
    );
  }
  return options.length === 0 ? null : options.join(' ');
}
