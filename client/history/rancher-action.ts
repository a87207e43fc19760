import { calledConfig } from '../../decision/proof';
import type { TriedAction } from '../../decision/tried';
import { items, property, textOrNull } from './read-value';

/** What an activity of this name does to Rancher; null where it only reads. */
export function actionOf(activity: string, input: unknown): TriedAction | null {
  switch (activity) {
    case 'postUpgrade':
      return 'upgrade';
    case 'finishUpgrade':
      return 'finish';
    case 'rollBackUpgrade':
      return 'rollback';
    case 'deactivateService':
      return 'deactivate';
    case 'settlePending':
      return property(input, 'action') === 'finishupgrade'
        ? "finish of somebody else's"
        : "rollback of somebody else's";
    default:
      return null;
  }
}

/** Which upgrade of the deployment an activity is about; null where it is about none. */
export function roundOf(input: unknown): number | null {
  const number = property(property(input, 'round'), 'number');
  return typeof number === 'number' ? number : null;
}

/** The images that an upgrade posts, by configuration. */
export function postedImages(input: unknown): Readonly<Record<string, string | null>> {
  const posted = items(property(property(input, 'round'), 'posted'));
  return Object.fromEntries(
    posted.flatMap((one) => {
      const config = textOrNull(property(one, 'config'));
      return config === null ? [] : [[calledConfig(config), textOrNull(property(one, 'image'))] as const];
    }),
  );
}
