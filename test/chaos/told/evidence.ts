/** What a deployment told people, and what is known of it from elsewhere. */
export interface DeploymentTold {
  readonly service: string;
  readonly deploymentId: string;
  readonly verdict: string;
  /** Ids of the events that its history hands over to be told. */
  readonly announced: readonly string[];
  /** How often it waited for a person, by what was asked of it. */
  readonly waits: number;
  /** Messages that were sent to it. */
  readonly messages: number;
  /** Upgrades that Rancher took from it, by Rancher's own journal. */
  readonly upgrades: number;
  /** Lines of the audit about it, in their order. */
  readonly audit: readonly AuditLine[];
}

/** A line of the audit, as far as it is checked. */
export interface AuditLine {
  readonly id: string;
  readonly event: string;
  readonly action?: string;
  readonly outcome?: string;
}

/** One request at the webhook. */
export interface DeliverySeen {
  readonly eventId: string;
  /** It came, whatever it was answered. */
  readonly status: number;
}

/** What is wrong with one deployment; empty where all is right. */
export function wrongWith(told: DeploymentTold, taken: ReadonlySet<string>): string[] {
  const { deploymentId, announced, waits, messages, upgrades, audit } = told;
  const kinds = announced.map((id) => id.slice(deploymentId.length + 1).split('.')[0] ?? '');
  const count = (kind: string): number => kinds.filter((one) => one === kind).length;
  const lines = (event: string): AuditLine[] => audit.filter((line) => line.event === event);
  const accepted = lines('rancher').filter(({ action, outcome }) => action === 'upgrade' && outcome === 'accepted');
  const checks: [boolean, string][] = [
    [
      announced.every((id) => id.startsWith(`${deploymentId}.`)),
      `events of another deployment: ${announced.join(', ')}`,
    ],
    [new Set(announced).size === announced.length, `an event was announced twice: ${announced.join(', ')}`],
    [count('started') === 1, `it told ${count('started')} times that it began`],
    [count('verdict') === 1, `it told ${count('verdict')} verdicts`],
    [count('waiting') === waits, `it told ${count('waiting')} times that it waits, and waited ${waits} times`],
    [lines('asked').length === 1, `${lines('asked').length} lines of the audit say who asked`],
    [lines('verdict').length === 1, `${lines('verdict').length} lines of the audit tell the verdict`],
    [
      lines('intervention').length === messages,
      `${lines('intervention').length} messages in the audit, ${messages} sent`,
    ],
    [
      accepted.length === upgrades,
      `${accepted.length} accepted upgrades in the audit, ${upgrades} in Rancher's journal`,
    ],
    [new Set(audit.map(({ id }) => id)).size === audit.length, 'two lines of the audit have one id'],
  ];
  const missing = announced.filter((id) => !taken.has(id));
  return [
    ...checks.filter(([holds]) => !holds).map(([, what]) => what),
    ...missing.map((id) => `the event ${id} never reached the webhook`),
  ];
}

/** Events at the webhook that nobody announced. */
export function unannounced(all: readonly DeploymentTold[], deliveries: readonly DeliverySeen[]): string[] {
  const known = new Set(all.flatMap(({ announced }) => announced));
  return [...new Set(deliveries.map(({ eventId }) => eventId))].filter((id) => !known.has(id));
}
