import { nameProblems } from '../check-names';
import type { Wrong } from '../yaml/pieces';

/** What is wrong with the name of an environment. */
export function wrongEnvironment(name: string): Wrong | undefined {
  return nameProblems('environment', '', name)[0];
}
