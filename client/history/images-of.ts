import type { ImageChange } from '../../workflows/contract';
import { items, property, textOrNull } from './read-value';

/** Images that change, as a result or a progress in a history has them. */
export function imagesOf(value: unknown): readonly ImageChange[] {
  return items(value).flatMap((one) => {
    const [config, to] = [textOrNull(property(one, 'config')), textOrNull(property(one, 'to'))];
    return config === null || to === null ? [] : [{ config, from: textOrNull(property(one, 'from')), to }];
  });
}
