import type { Command } from '../measured-process';

/** An upgrade as every contender is told it. */
export interface AskedUpgrade {
  /** Of the simulated Rancher, as this contender reaches it. */
  readonly rancherUrl: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** Name and id of the environment. */
  readonly project: string;
  readonly projectId: string;
  readonly stack: string;
  readonly service: string;
  readonly image: string;
}

/** All of them are told the same: one container at a time, two seconds between, the new one before the old one is stopped. */
export const BATCH_SIZE = 1;
export const BATCH_INTERVAL_SECONDS = 2;

/** Something that upgrades a service when it is run as a command. */
export interface Contender {
  /** Of its environment in the simulated Rancher, and of its alias. */
  readonly name: string;
  /** As the tables call it. */
  readonly label: string;
  /** Whether it finishes the upgrade itself. */
  readonly finishes: boolean;
  /** For Drover's own: whether the worker uses the event stream. */
  readonly drover?: { readonly events: boolean };
  /** How another tool is run; not for Drover's own. */
  readonly command?: (asked: AskedUpgrade) => Command;
}

/** What came of looking for a tool that is not part of the repository. */
export interface FoundContender {
  readonly contender: Contender | null;
  readonly versions: Readonly<Record<string, string>>;
  /** Why it takes no part, in a sentence. */
  readonly why?: string;
}
